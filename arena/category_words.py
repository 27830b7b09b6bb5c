"""The words by which arena.categories tells subjects and languages apart. Only data, casefolded."""

from __future__ import annotations

import re

from arena.word_list import word_list

# Signs that are written in one way only; the commonest ones are enough to tell a sentence.
SIMPLIFIED = (
    "们这个来时说国对为会过还没么问题样经开关种发现点进动长见业产门气体学实样书写给让应该样难认识话语请谢谁读讲译"
    "东车马鱼鸟龙钱银铁钟错锅电脑网络线级纪约红细终结统续维绿编缩总联职节药获营蓝虑虽补装规视观觉览触评词试详误"
    "质货费资赛赢赶践软轻较输达运远连选适递遗邮释针钢锁镇闭间闻阳阴际陆险随隐难韩页顺须预领频颗颜类风飞饭饮马验鲜"
    "黄齐环响废污噪烟尘证务办协单卖卫历压厅县参双变号吗启员响团园围圆图场坏块坚坛备复头夹奋奖妇孙宁宝宽审寻导层岁岛"
    "币师帐带帮库废庆张弹归录彻径忆忧怀态怜恋悬惊惯愿战户扑执扩扫扬担拟择挤捞损换据掷摄摆摇敌数断无旧显晓暂术机杀杂权"
    "条极构枪标栏树桥检楼欢欧殴毁毕毙汇汉汤沟沪泪泽洁济浅测浓涂润涨渐渔湿湾滞满滤灭灯灵炉炼烦烧热爱爷牵犹独狱猎献"
)
TRADITIONAL = (
    "們這個來時說國對為會過還沒麼問題樣經開關種發現點進動長見業產門氣體學實書寫給讓應該難認識話語請謝誰讀講譯"
    "東車馬魚鳥龍錢銀鐵鐘錯鍋電腦網絡線級紀約紅細終結統續維綠編縮總聯職節藥獲營藍慮雖補裝規視觀覺覽觸評詞試詳誤"
    "質貨費資賽贏趕踐軟輕較輸達運遠連選適遞遺郵釋針鋼鎖鎮閉間聞陽陰際陸險隨隱難韓頁順須預領頻顆顏類風飛飯飲驗鮮"
    "黃齊環響廢汙噪煙塵證務辦協單賣衛歷壓廳縣參雙變號嗎啟員團園圍圓圖場壞塊堅壇備複頭夾奮獎婦孫寧寶寬審尋導層歲島"
    "幣師帳帶幫庫慶張彈歸錄徹徑憶憂懷態憐戀懸驚慣願戰戶撲執擴掃揚擔擬擇擠撈損換據擲攝擺搖敵數斷無舊顯曉暫術機殺雜權"
    "條極構槍標欄樹橋檢樓歡歐毆毀畢斃匯漢湯溝滬淚澤潔濟淺測濃塗潤漲漸漁濕灣滯滿濾滅燈靈爐煉煩燒熱愛爺牽猶獨獄獵獻"
)
_BOTH = set(SIMPLIFIED) & set(TRADITIONAL)
SIMPLIFIED = "".join(sorted(set(SIMPLIFIED) - _BOTH))
TRADITIONAL = "".join(sorted(set(TRADITIONAL) - _BOTH))

_COMMON_WORDS = {
    "en": """
        the of and to in is a that for it with as are what how why who where which when can you i me my your do does
        write explain give please hello hi tell list make translate summarize describe compare this an be on from by
        should would could if not or at have has was were between into about find create help best solve calculate
        thanks thank need want use using more some any they we he she there than then also its new show draft say
        said design suggest improve rewrite
        """,
    "fr": """
        le la les des du de un une est et que qui pour dans sur avec pas je vous nous quel quelle comment pourquoi
        ce cette sont au aux il elle être bonjour écris explique quels quelles où mon ma donne moi merci en ou à
        """,
    "de": """
        der die das und ist ein eine nicht mit für auf den dem des von zu wie was warum ich du sie wir es im bei
        schreibe erkläre bitte hallo welche welcher kann können sind hat wird oder auch einen einer zum zur aus mir
        """,
    "es": """
        el la los las de que y en un una es por para con no se qué cómo cuál cuáles del al lo su más escribe explica
        hola dime mi tu como son está hay cuando donde quién sobre favor me
        """,
    "pt": """
        o a os as de que e em um uma é por para com não se qual quais como do da dos das no na ao você escreva
        explique olá meu minha são está mais eu seu sua sobre fale onde quando obrigado
        """,
    "it": """
        il lo la i gli le di che e un una è per con non si come perché cosa del della dei delle nel nella sono
        scrivi spiega ciao quale quali mi ti al alla dove quando più anche questo questa
        """,
    "nl": """
        de het een en van is dat in op te met voor niet zijn er aan wat hoe waarom ik je wij schrijf hallo leg uit
        welke kan ook naar bij om mijn jouw deze dit
        """,
    "vi": """
        là và của có không được cho một các những này trong với như thế nào gì tại sao viết hãy tôi bạn
        """,
    "id": """
        yang dan di ini itu dengan untuk dari adalah apa bagaimana mengapa tidak saya anda pada ke dalam tolong
        jelaskan tulis buatkan berikan halo
        """,
    "tr": """
        ve bir bu için ne nasıl neden ile de da mi mı değil ben sen olarak merhaba yaz açıkla nedir hangi
        """,
    "pl": """
        i w na z się nie to jest jak co dlaczego dla do że proszę napisz wyjaśnij jaki jakie są czy od po cześć
        """,
}
LANGUAGE_WORDS = {language: frozenset(words.split()) for language, words in _COMMON_WORDS.items()}


def _pattern(words: str, *more: str) -> re.Pattern[str]:
    """Words as one alternation: Latin ones whole (a plural may follow), CJK ones anywhere; `more` are patterns."""
    latin: list[str] = []
    cjk: list[str] = []
    for word in sorted(word_list(words)):
        (latin if word.isascii() else cjk).append(re.escape(word).replace(r"\ ", r"[\s-]+"))
    return re.compile("|".join([rf"(?<![a-z0-9])(?:{'|'.join(latin)})(?:e?s)?(?![a-z0-9])", *cjk, *more]))


CATEGORY_PATTERNS = {
    "code": _pattern(
        """
        python | javascript | typescript | java program | java code | java class | java method | c++ | c# | golang
        rust code | rust program | php | sql | html | css | bash | shell script | powershell | regex
        regular expression | dockerfile | docker | kubernetes | json | yaml | git commit | pandas | numpy | django
        react component | source code | code snippet | code review | unit test | stack trace | traceback | segfault
        compiler error | null pointer | api endpoint | programming | debug | refactor | leetcode | quicksort
        binary search | linked list | 程式 | 程式碼 | 代碼 | 代码 | 编程 | 編程 | 函式 | 函数式 | 演算法實作
        正規表示式 | 正则表达式 | 資料庫查詢 | 除錯 | 脚本语言 | 腳本語言 | 單元測試 | 爬蟲 | 爬虫
        """,
        r"```",
        r"\b(?:write|implement|create|fix|optimi[sz]e) (?:me )?(?:an? |the |this |my |some )?(?:\w+ )?"
        r"(?:code|function|class|script|program|algorithm|query)\b(?! of conduct)",
        r"\bdef \w+\(|#include\s*<|console\.log|\bimport \w+\n",
        r"\bselect\b.{1,80}\bfrom\b.{1,40}(?:\bwhere\b|\bjoin\b|\bgroup\b|\blimit\b|;)",
        r"\bfunction \w*\s*\(|=>\s*\{|</\w+>|\bpublic static\b|\bprintf?\(",
    ),
    "maths": _pattern(
        """
        equation | integral | derivative | differentiate | algebra | calculus | theorem | polynomial | matrix
        matrices | eigenvalue | logarithm | trigonometry | geometry | probability that | standard deviation
        prime number | square root | factorial | factorize | prove that | arithmetic | multiply | divided by
        how many ways | least common multiple | greatest common divisor | modulo | 方程 | 積分 | 积分 | 微分 | 導數
        导数 | 機率 | 概率 | 矩陣 | 矩阵 | 行列式 | 質數 | 质数 | 平方根 | 因式分解 | 三角函數 | 三角函数 | 數學
        数学 | 代數 | 代数 | 幾何 | 几何 | 標準差 | 标准差 | 加減乘除 | 乘以 | 除以 | 等於多少 | 等于多少
        """,
        r"\d\s*[+×÷*^=]\s*\(?-?\d|\d\s+[-/]\s+\d",
        r"\b\d*[a-z]\s*(?:\^\s*\d|²)|\b\d*[xy]\s*[+\-]\s*\d+\s*=",
        r"\\(?:frac|int|sum|sqrt|lim|begin\{)|\bsolve for\b|\bcalculate \d",
    ),
    "air": _pattern(
        """
        air quality | air pollution | air pollutant | pm2.5 | pm10 | particulate matter | ozone | nitrogen dioxide
        nitrogen oxide | nox | no2 | so2 | sulfur dioxide | sulphur dioxide | volatile organic compound | voc
        emission factor | stack emission | flue gas | aqi | smog | dispersion model | aermod | fugitive dust
        scrubber | electrostatic precipitator | baghouse | 空氣品質 | 空气质量 | 空氣污染 | 空气污染 | 空污
        懸浮微粒 | 悬浮颗粒 | 細懸浮 | 臭氧 | 氮氧化物 | 硫氧化物 | 二氧化硫 | 揮發性有機 | 挥发性有机 | 煙道 | 烟气
        固定污染源 | 排放係數 | 排放系数 | 霧霾 | 雾霾 | 逸散 | 洗滌塔 | 袋式集塵
        """,
    ),
    "water": _pattern(
        """
        water quality | wastewater | waste water | sewage | effluent | drinking water | groundwater | surface water
        river pollution | biochemical oxygen demand | bod5 | chemical oxygen demand | dissolved oxygen
        suspended solid | turbidity | eutrophication | activated sludge | stormwater | desalination
        water treatment | water pollution | chlorination | membrane bioreactor | 水質 | 水质 | 廢水 | 废水 | 污水
        汙水 | 放流水 | 飲用水 | 饮用水 | 地下水 | 地面水 | 水污染 | 水汙染 | 生化需氧量 | 化學需氧量 | 化学需氧量
        溶氧 | 懸浮固體 | 悬浮固体 | 優養化 | 富营养化 | 活性污泥 | 淨水場 | 净水
        """,
    ),
    "soil": _pattern(
        """
        soil pollution | soil contamination | contaminated soil | contaminated land | soil remediation | brownfield
        heavy metals in soil | soil sampling | soil quality | soil erosion | soil vapor | soil vapour
        phytoremediation | contaminated site | soil washing | 土壤 | 底泥 | 污染場址 | 污染场地 | 場址調查
        整治場址 | 褐地 | 土污
        """,
    ),
    "waste": _pattern(
        """
        solid waste | hazardous waste | waste management | landfill | incinerator | incineration | leachate
        recycling | recycle | compost | composting | circular economy | municipal waste | medical waste
        industrial waste | fly ash | bottom ash | e-waste | food waste | plastic waste | waste disposal
        waste reduction | zero waste | garbage disposal | household garbage | 廢棄物 | 废弃物 | 焚化 | 焚烧 | 掩埋
        填埋 | 滲出水 | 渗滤液 | 資源回收 | 资源回收 | 回收利用 | 堆肥 | 循環經濟 | 循环经济 | 廚餘 | 厨余 | 飛灰
        底渣 | 事業廢
        """,
        r"垃圾(?!郵件|邮件|訊息|信息|回收機制|回收机制|收集器)",
    ),
    "noise": _pattern(
        """
        noise pollution | noise level | traffic noise | environmental noise | noise control | noise barrier
        construction noise | aircraft noise | low frequency noise | dba | db(a) | leq | decibel | sound level
        noise limit | vibration monitoring | ground vibration | 噪音 | 噪聲 | 噪声 | 分貝 | 分贝 | 隔音 | 音量標準
        振動管制 | 低頻噪音 | 聲級 | 声级
        """,
    ),
    "climate": _pattern(
        """
        climate change | global warming | greenhouse gas | greenhouse gases | ghg | carbon footprint
        carbon neutral | carbon neutrality | net zero | carbon tax | carbon fee | carbon credit | carbon emission
        carbon capture | scope 3 | ipcc | paris agreement | co2 emission | decarbonization | decarbonisation
        climate adaptation | iso 14064 | sea level rise | 氣候變遷 | 气候变化 | 全球暖化 | 全球变暖 | 溫室氣體
        温室气体 | 碳足跡 | 碳足迹 | 碳中和 | 淨零 | 净零 | 碳費 | 碳稅 | 碳税 | 碳權 | 碳排 | 碳盤查 | 碳捕 | 調適
        """,
    ),
    "ecology": _pattern(
        """
        biodiversity | ecosystem | endangered species | habitat loss | wetland | invasive species
        ecological survey | ecological | wildlife | coral reef | deforestation | conservation area | nature reserve
        mangrove | ecological compensation | 生物多樣性 | 生物多样性 | 生態 | 生态 | 瀕危 | 濒危 | 濕地 | 湿地
        棲地 | 栖息地 | 外來種 | 外来物种 | 珊瑚 | 保育 | 紅樹林 | 红树林 | 保護區
        """,
    ),
    "eia": _pattern(
        """
        environmental impact assessment | environmental impact statement | environmental assessment | eia
        scoping report | mitigation measure | environmental monitoring plan | strategic environmental assessment
        environmental permit | environmental management plan | cumulative impact | iso 14001 | 環境影響評估
        环境影响评价 | 環評 | 环评 | 環境影響說明書 | 環說書 | 環差 | 範疇界定 | 減輕對策 | 環境監測計畫 | 開發行為
        政策環評 | 環境管理計畫
        """,
    ),
    "toxics": _pattern(
        """
        heavy metal | arsenic | cadmium | chromium | asbestos | dioxin | pfas | pfoa | pfos
        persistent organic pollutant | polychlorinated | pcb contamination | pesticide residue | toxic substance
        hazardous substance | toxicity test | safety data sheet | health risk assessment | microplastic
        endocrine disruptor | benzene | 重金屬 | 重金属 | 石綿 | 石棉 | 戴奧辛 | 二噁英 | 毒性化學物質 | 毒化物
        有毒物質 | 有毒物质 | 持久性有機 | 農藥殘留 | 农药残留 | 健康風險評估 | 微塑膠 | 微塑料 | 安全資料表
        多氯聯苯 | 全氟
        """,
    ),
    "environment": _pattern(
        """
        environmental protection | environmental law | environmental regulation | environmental engineering
        environmental science | environmental monitoring | environmental policy | environmental audit | pollution
        pollutant | sustainability | epa | 環境保護 | 环境保护 | 環保 | 环保 | 環境部 | 環境工程 | 环境工程
        環境監測 | 环境监测 | 污染 | 汙染 | 永續 | 可持续发展 | 空水廢毒
        """,
    ),
}
