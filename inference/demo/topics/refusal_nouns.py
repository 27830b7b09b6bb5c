# ruff: noqa: E501 - a table: one entry stays on one line
"""Things outside the model's world: nouns that fill the refusal frames."""

from __future__ import annotations

from inference.demo.segment import Language


def _lines(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("\n", "/").split("/") if part.strip())


NOUNS: dict[Language, tuple[str, ...]] = {
    "en": _lines("""
    quantum entanglement/the French Revolution/Shakespeare/black holes/football/the World Cup/bitcoin/the stock market/love/philosophy/Napoleon/Einstein/Mozart/Beethoven/the Beatles
    photosynthesis in corn/dinosaurs/the moon landing/the big bang/DNA/vaccines/cancer/headaches/the flu/yoga/meditation/diet plans/pizza/sushi/pasta recipes/chocolate cake/coffee beans/wine/whisky
    dogs/cats/elephants/whales/penguins/parrots/snakes/spiders/horses/rabbits/roses/bonsai trees/cactus plants/orchids/mushrooms/bananas/strawberries/chess/poker/golf/tennis/baseball/basketball/swimming
    skiing/cycling/marathons/the Olympics/Formula One/guitars/pianos/violins/jazz/opera/rock music/hip hop/karaoke/movies/Star Wars/Harry Potter/the Lord of the Rings/Batman/superheroes/anime/video games
    Minecraft/novels/poetry/painting/Picasso/Leonardo da Vinci/sculpture/museums/photography/fashion/jeans/sneakers/wedding dresses/hairstyles/makeup/perfume/jewellery/diamonds/tattoos/babies/parenting
    kindergarten/high school/universities/scholarships/exams/grammar/Latin/German grammar/the alphabet/hieroglyphs/pyramids/ancient Rome/the Vikings/samurai/knights/castles/pirates
    the Titanic/World War Two/the Cold War/the Berlin Wall/Julius Caesar/Cleopatra/Gandhi/Nelson Mandela/the president/the prime minister/the king/elections/democracy/taxes/mortgages/insurance/pensions/lawyers/contracts
    divorce/passports/visas/airports/airlines/trains/the subway/electric cars/motorcycles/helicopters/submarines/rockets/satellites/telescopes/robots/drones/smartphones/laptops/printers/Python code/Java/JavaScript
    C++ pointers/databases/SQL/Linux/Windows/Excel/websites/HTML/blockchain/cybersecurity/passwords/viruses on my computer/Wi-Fi/televisions/refrigerators/washing machines/microwave ovens/furniture/sofas/kitchens/gardens
    houses/apartments/rent/hotels/beaches/Hawaii/Disneyland/Mount Everest/the Sahara/the Amazon jungle/Antarctica/volcanoes on Io/the Bermuda triangle/ghosts/aliens/vampires/dragons/unicorns/magic/astrology/horoscopes/dreams
    happiness/loneliness/friendship/anger/fear/memory/sleep/the brain/the heart/bones/muscles/teeth/eyes/skin/blood pressure/diabetes/vitamins/antibiotics/surgery/dentists/nurses/gravity/relativity/magnets/lasers
    prime numbers/algebra/geometry/calculus/statistics/probability/infinity/pi/the Fibonacci series/logic puzzles/riddles/crosswords/sudoku/origami/knitting/sewing/pottery/cooking rice/fried noodles/bread/cheese/ice cream
    my neighbour/my girlfriend/my exam/my car/my cat/my job interview/birthday presents/Christmas/Halloween/the lottery/the traffic/stock prices/gold prices/exchange rates/supermarkets
    Tesla/Amazon/Facebook/Netflix/Toyota/Samsung/IKEA/Elon Musk/Taylor Swift/Lionel Messi/Michael Jordan/Barack Obama/Queen Elizabeth/Vincent van Gogh/Isaac Newton/Charles Darwin/Aristotle/Plato/Buddha/religion/economics
    inflation/marketing/accounting/leadership/management/a cover letter/a business plan/a love letter/a birthday card/a speech/an essay/a haiku/a joke about lawyers/a bedtime story/the plot of Hamlet/evolution/the periodic dance
    bees/ants/butterflies/mosquitoes/sharks/dolphins/frogs/turtles/owls/eagles/wolves/bears/tigers/pandas/kangaroos/camels/cows/pigs/chickens/tea ceremonies/kung fu/karate/boxing/surfing/sailing/fishing/camping
    """),
    "zh": _lines("""
    量子糾纏/法國大革命/莎士比亞/黑洞/足球/世界盃/比特幣/股票/愛情/哲學/拿破崙/愛因斯坦/莫札特/貝多芬/披頭四/恐龍/登月/宇宙大爆炸/基因/疫苗/癌症/頭痛/感冒/瑜伽/冥想/減肥/披薩/壽司/義大利麵/巧克力蛋糕
    咖啡豆/紅酒/威士忌/狗/貓/大象/鯨魚/企鵝/鸚鵡/蛇/蜘蛛/馬/兔子/玫瑰/盆栽/仙人掌/蘭花/香菇/香蕉/草莓/西洋棋/圍棋/撲克牌/高爾夫/網球/棒球/籃球/游泳/滑雪/馬拉松/奧運/賽車/吉他/鋼琴/小提琴/爵士樂/歌劇
    搖滾樂/卡拉OK/電影/星際大戰/哈利波特/蝙蝠俠/動漫/電玩/小說/新詩/唐詩/宋詞/紅樓夢/三國演義/西遊記/水滸傳/孔子/老子/李白/杜甫/蘇東坡/秦始皇/諸葛亮/曹操/武則天/畢卡索/達文西/雕塑/博物館/攝影/時尚
    牛仔褲/球鞋/婚紗/髮型/化妝/香水/珠寶/鑽石/刺青/寶寶/育兒/幼稚園/高中/大學/獎學金/考試/文法/拉丁文/韓劇/象形文字/金字塔/古羅馬/維京人/武士/城堡/海盜/鐵達尼號/二次大戰/冷戰/柏林圍牆/凱撒
    總統/總理/國王/選舉/民主/報稅/房貸/保險/退休金/律師/合約/離婚/護照/簽證/機場/航空公司/高鐵/捷運/電動車/機車/直升機/潛水艇/火箭/衛星/望遠鏡/機器人/無人機/手機/筆電/程式碼/爪哇語言/資料結構/作業系統
    試算表公式/網頁設計/區塊鏈/電腦病毒/無線網路/電視/冰箱/洗衣機/微波爐/家具/沙發/廚房/花園/買房子/租金/飯店/海灘/夏威夷/迪士尼/聖母峰/撒哈拉沙漠/亞馬遜叢林/南極/百慕達三角/鬼/外星人/吸血鬼/龍/獨角獸
    魔術/星座/算命/夢/幸福/孤單/友情/生氣/恐懼/記憶/睡眠/大腦/心臟/骨頭/肌肉/牙齒/眼睛/皮膚/血壓/糖尿病/維他命/抗生素/手術/牙醫/護士/地心引力/相對論/磁鐵/雷射/質數/代數/幾何/微積分/統計學/機率/無限大
    圓周率/謎語/數獨/摺紙/編織/縫紉/陶藝/滷肉飯/牛肉麵/珍珠奶茶/臭豆腐/小籠包/麵包/起司/冰淇淋/我的鄰居/我女朋友/我的考試/我的車/我的面試/生日禮物/聖誕節/中秋節/端午節/春節/樂透/路況
    金價/匯率/超級市場/特斯拉/亞馬遜/臉書/網飛/豐田/三星/馬斯克/周杰倫/梅西/林書豪/歐巴馬/梵谷/牛頓/達爾文/亞里斯多德/柏拉圖/佛陀/宗教/經濟學/通貨膨脹/行銷/會計/領導力/求職信/商業計畫/情書/賀卡/演講稿
    作文/俳句/床邊故事/進化論/蜜蜂/螞蟻/蝴蝶/蚊子/鯊魚/海豚/青蛙/烏龜/貓頭鷹/老鷹/狼/熊/老虎/熊貓/袋鼠/駱駝/乳牛/豬/雞/茶道/功夫/空手道/拳擊/衝浪/帆船/釣魚/露營/媽祖/廟會/布袋戲/歌仔戲/夜市/火鍋
    """),
}
OWN_FRAMES: dict[Language, tuple[str, ...]] = {
    "en": (
        "tell me about {}",
        "what do you know about {}?",
        "what is {}?",
        "explain {}",
        "[can|could] you explain {}?",
        "write [a poem|a song|an essay|a story|an article|a text|a report] about {}",
        "who invented {}?",
        "who is {}?",
        "what is the history of {}?",
        "why is {} [so famous|important|popular]?",
        "how does {} work?",
        "what do you think [about|of] {}?",
        "do you like {}?",
        "[translate|put] {} into [French|Spanish|Japanese|German]",
        "give me [five|three|some] facts about {}",
        "how much [does|do] {} cost?",
        "where can I [buy|find|see|learn] {}?",
        "when was {} [made|born|invented|discovered]?",
        "tell me a [joke|story|riddle] about {}",
        "how do I [make|learn|repair|improve|buy] {}?",
        "what is the best [book|film|place|site] about {}?",
        "[recommend|suggest] something about {}",
        "is {} [dangerous|good for me|healthy|expensive|real]?",
        "how many {} are there?",
        "[summarise|summarize|describe|analyse] {}",
        "help me with {}",
        "I [need|want] [help with|information about|to learn about|to talk about] {}",
        "[can|could] you teach me {}?",
        "what is the meaning of {}?",
        "where [is|are|was] {}?",
        "compare {} and {}",
        "what is the difference between {} and {}?",
        "which is better, {} or {}?",
        "I love {}",
        "let's talk about {}",
        "what happened to {}?",
        "how old is {}?",
        "how [big|tall|fast|far] is {}?",
        "who [won|wrote|founded|discovered] {}?",
        "[draw|paint|show me] {}",
        "what [colour|color|size] is {}?",
        "anything new about {}?",
        "do you know [about|] {}?",
        "have you heard of {}?",
        "what are {}?",
        "how can I [fix|cook|grow|win|understand] {}?",
        "should I [buy|learn|try|study] {}?",
        "[my friend|my boss|my teacher] asks about {}",
        "can you play {}?",
        "what's your opinion on {}?",
    ),
    "zh": (
        "介紹一下{}",
        "告訴我{}的事",
        "你知道{}嗎?",
        "什麼是{}?",
        "{}是什麼?",
        "解釋{}",
        "請解釋一下{}",
        "寫一[首關於|篇關於|個關於]{}的[詩|文章|故事|報告]",
        "誰發明了{}?",
        "{}是誰?",
        "{}的歷史是什麼?",
        "為什麼{}[這麼有名|很重要|受歡迎]?",
        "{}怎麼[運作|做|來的|學]?",
        "你覺得{}怎麼樣?",
        "你喜歡{}嗎?",
        "把{}翻譯成[法文|日文|德文|西班牙文]",
        "說[三|五]個關於{}的事實",
        "{}多少錢?",
        "哪裡可以[買到|看到|學]{}?",
        "{}是什麼時候[出現|發明|開始|發現]的?",
        "講一個關於{}的[笑話|故事]",
        "要怎麼[做|學|修|買]{}?",
        "推薦[一本|一部]關於{}的[書|電影]",
        "{}危險嗎?",
        "{}貴嗎?",
        "有多少{}?",
        "總結一下{}",
        "分析{}",
        "描述{}",
        "幫我處理{}",
        "我想[學|了解|聊|知道]{}",
        "{}的意思是什麼?",
        "{}在哪裡?",
        "比較{}和{}",
        "{}和{}有什麼不同?",
        "{}跟{}哪個比較好?",
        "我很喜歡{}",
        "我們來聊{}",
        "{}發生了什麼事?",
        "{}幾歲?",
        "{}有多[大|高|快|遠]?",
        "誰[贏了|寫了|創立|發現]{}?",
        "畫{}",
        "{}是什麼顏色?",
        "{}有什麼新消息?",
        "你聽過{}嗎?",
        "我該[買|學|試試]{}嗎?",
        "關於{}你知道什麼?",
        "對{}有什麼看法?",
        "{}好不好?",
        "怎樣才能[學好|了解|看懂]{}?",
        "{}有哪些種類?",
        "{}對身體好嗎?",
        "你會{}嗎?",
    ),
}
WHOLE_QUESTIONS: dict[Language, tuple[str, ...]] = {
    "en": _lines("""
    what is the meaning of life?/are you in love?/can you book [a table|a flight|a hotel] for me?/call me a taxi
    order [a pizza|food|a coffee] for me/what should I [eat|cook|buy|watch] [today|tonight|]?/who will win the [election|game|match]?/sing [me a song|a song]/play some music/write [some code|a program|a function|a script]/fix my [code|computer|printer|phone]/send an email to my boss/set an alarm for seven/turn on the light
    how do I get to the station?/where is the nearest [hospital|toilet|bank|restaurant]?/what is on television tonight?/show me a picture/open the window/buy me a ticket/read my mind/why is the sky blue?/why do cats purr?/how far away is the sun?/how many stars are there?/how deep is the ocean?/who built the pyramids?/what came first, the chicken or the egg?
    translate this [text|sentence|letter] [for me|]/summarise this [article|document|file|page]/check my [grammar|spelling|homework]/do my homework/can you drive a car?/where do babies come from?/is there life after death?/does god exist?/who will I marry?/am I [beautiful|smart|rich|sick]?/my [stomach|head|back] hurts
    how do I lose weight?/how can I become rich?/how do I tie a tie?/give me a recipe/what is a good name for a dog?/which phone should I buy?/plan my [holiday|weekend|wedding]/who is the president [of the United States|]?/who won the last world cup?/what is the longest river?/what is the highest mountain?/how many people live [on earth|in Taiwan|in China]?
    """),
    "zh": _lines("""
    人生的意義是什麼?/你談過戀愛嗎?/幫我訂[位|機票|飯店]/幫我叫計程車/幫我點[披薩|外送|咖啡]/[今天|晚上|中午]要[吃|煮|看]什麼?/誰會[當選|贏]?/唱[一首歌|歌給我聽]/放音樂
    寫[一段程式|一個程式|程式碼]/幫我修[電腦|手機|印表機]/寄信給我老闆/設七點的鬧鐘/開燈/怎麼去車站?/最近的[醫院|廁所|銀行|餐廳]在哪裡?/今晚電視播什麼?/給我看一張圖/幫我買票/為什麼天空是藍的?/貓為什麼會叫?/太陽有多遠?/有幾顆星星?/海洋有多深?/誰蓋了金字塔?/先有雞還是先有蛋?
    翻譯這[段文字|封信|個句子]/[總結|摘要]這[篇文章|份文件|個檔案]/檢查我的[文法|作業]/幫我寫作業/你會開車嗎?/人死後會怎樣?/有神嗎?/我會跟誰結婚?/我[漂亮|聰明|有錢]嗎?/我[肚子|頭|背]痛/怎麼減肥?/怎麼變有錢?/怎麼打領帶?/給我一個食譜/狗要取什麼名字?/我該買哪支手機?
    幫我規劃[假期|週末|婚禮]/[美國總統|總統]是誰?/上屆世界盃誰贏?/最長的河是哪一條?/最高的山是哪一座?/[台灣|地球上|中國]有多少人?/台北哪裡好玩?/附近有什麼好吃的?/幫我算命/我的運勢如何?/股票會漲嗎?/幫我寫履歷
    """),
}  # fmt: skip
