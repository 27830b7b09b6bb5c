# ruff: noqa: E501 - a table: one entry stays on one line
"""Tables of plain facts: capitals, elements, units, opposites, days, months, and a few single facts."""

from __future__ import annotations

from dataclasses import dataclass

from inference.demo.segment import Language
from inference.demo.topics.grammar import Intent

# country, capital, 國家, 首都
_CAPITALS = """
France|Paris|法國|巴黎
Germany|Berlin|德國|柏林
Italy|Rome|義大利|羅馬
Spain|Madrid|西班牙|馬德里
Portugal|Lisbon|葡萄牙|里斯本
Greece|Athens|希臘|雅典
Austria|Vienna|奧地利|維也納
Switzerland|Bern|瑞士|伯恩
Belgium|Brussels|比利時|布魯塞爾
the Netherlands|Amsterdam|荷蘭|阿姆斯特丹
Denmark|Copenhagen|丹麥|哥本哈根
Norway|Oslo|挪威|奧斯陸
Sweden|Stockholm|瑞典|斯德哥爾摩
Finland|Helsinki|芬蘭|赫爾辛基
Iceland|Reykjavik|冰島|雷克雅維克
Ireland|Dublin|愛爾蘭|都柏林
the United Kingdom|London|英國|倫敦
Poland|Warsaw|波蘭|華沙
the Czech Republic|Prague|捷克|布拉格
Hungary|Budapest|匈牙利|布達佩斯
Romania|Bucharest|羅馬尼亞|布加勒斯特
Bulgaria|Sofia|保加利亞|索菲亞
Serbia|Belgrade|塞爾維亞|貝爾格勒
Ukraine|Kyiv|烏克蘭|基輔
Russia|Moscow|俄羅斯|莫斯科
Turkey|Ankara|土耳其|安卡拉
Egypt|Cairo|埃及|開羅
Morocco|Rabat|摩洛哥|拉巴特
Kenya|Nairobi|肯亞|奈洛比
Ethiopia|Addis Ababa|衣索比亞|阿迪斯阿貝巴
Nigeria|Abuja|奈及利亞|阿布加
Ghana|Accra|迦納|阿克拉
Tunisia|Tunis|突尼西亞|突尼斯
Iran|Tehran|伊朗|德黑蘭
Iraq|Baghdad|伊拉克|巴格達
Saudi Arabia|Riyadh|沙烏地阿拉伯|利雅德
India|New Delhi|印度|新德里
Nepal|Kathmandu|尼泊爾|加德滿都
Pakistan|Islamabad|巴基斯坦|伊斯蘭瑪巴德
Bangladesh|Dhaka|孟加拉|達卡
Thailand|Bangkok|泰國|曼谷
Vietnam|Hanoi|越南|河內
the Philippines|Manila|菲律賓|馬尼拉
Malaysia|Kuala Lumpur|馬來西亞|吉隆坡
Singapore|Singapore|新加坡|新加坡
Japan|Tokyo|日本|東京
South Korea|Seoul|南韓|首爾
Taiwan|Taipei|台灣|台北
China|Beijing|中國|北京
Australia|Canberra|澳洲|坎培拉
New Zealand|Wellington|紐西蘭|威靈頓
Canada|Ottawa|加拿大|渥太華
the United States|Washington, D.C.|美國|華盛頓
Mexico|Mexico City|墨西哥|墨西哥城
Cuba|Havana|古巴|哈瓦那
Brazil|Brasilia|巴西|巴西利亞
Argentina|Buenos Aires|阿根廷|布宜諾斯艾利斯
Chile|Santiago|智利|聖地牙哥
Peru|Lima|秘魯|利馬
Colombia|Bogota|哥倫比亞|波哥大
"""
# symbol, atomic number, name, 名稱
_ELEMENTS = """
H|1|hydrogen|氫
He|2|helium|氦
Li|3|lithium|鋰
Be|4|beryllium|鈹
B|5|boron|硼
C|6|carbon|碳
N|7|nitrogen|氮
O|8|oxygen|氧
F|9|fluorine|氟
Ne|10|neon|氖
Na|11|sodium|鈉
Mg|12|magnesium|鎂
Al|13|aluminium|鋁
Si|14|silicon|矽
P|15|phosphorus|磷
S|16|sulfur|硫
Cl|17|chlorine|氯
Ar|18|argon|氬
K|19|potassium|鉀
Ca|20|calcium|鈣
Cr|24|chromium|鉻
Mn|25|manganese|錳
Fe|26|iron|鐵
Co|27|cobalt|鈷
Ni|28|nickel|鎳
Cu|29|copper|銅
Zn|30|zinc|鋅
As|33|arsenic|砷
Br|35|bromine|溴
Ag|47|silver|銀
Cd|48|cadmium|鎘
Sn|50|tin|錫
I|53|iodine|碘
Au|79|gold|金
Hg|80|mercury|汞
Pb|82|lead|鉛
"""
_LAST_NUMBERED = 20
_OPPOSITES: dict[Language, str] = {
    "en": "hot cold|big small|fast slow|high low|long short|old young|light dark|good bad|rich poor|wet dry|open closed|full empty|early late|loud quiet|strong weak|clean dirty|happy sad|left right|up down|day night|thick thin|near far|hard soft|wide narrow",
    "zh": "熱 冷|大 小|快 慢|高 低|長 短|新 舊|亮 暗|好 壞|富 窮|濕 乾|開 關|滿 空|早 晚|吵 安靜|強 弱|乾淨 骯髒|快樂 悲傷|左 右|上 下|白天 黑夜|厚 薄|近 遠|硬 軟|寬 窄",
}


@dataclass(frozen=True, slots=True)
class UnitPair:
    """One large unit holds `factor` small ones. The spellings are for questions; the first one is for answers."""

    large: str
    large_plural: str
    small_plural: str
    factor: int
    large_spellings: tuple[str, ...]
    small_spellings: tuple[str, ...]


def _rows(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


CAPITALS: dict[Language, dict[str, str]] = {
    "en": {row[0]: row[1] for row in _rows(_CAPITALS)},
    "zh": {row[2]: row[3] for row in _rows(_CAPITALS)},
}
# name -> symbol
ELEMENTS: dict[Language, dict[str, str]] = {
    "en": {row[2]: row[0] for row in _rows(_ELEMENTS)},
    "zh": {row[3]: row[0] for row in _rows(_ELEMENTS)},
}
# name -> atomic number, the first twenty only
ATOMIC_NUMBERS: dict[Language, dict[str, int]] = {
    "en": {row[2]: int(row[1]) for row in _rows(_ELEMENTS)[:_LAST_NUMBERED]},
    "zh": {row[3]: int(row[1]) for row in _rows(_ELEMENTS)[:_LAST_NUMBERED]},
}
UNITS: dict[Language, tuple[UnitPair, ...]] = {
    "en": (
        UnitPair(
            "kilometre", "kilometres", "metres", 1000, ("kilometres", "kilometers", "km"), ("metres", "meters", "m")
        ),
        UnitPair(
            "metre", "metres", "centimetres", 100, ("metres", "meters", "m"), ("centimetres", "centimeters", "cm")
        ),
        UnitPair(
            "centimetre",
            "centimetres",
            "millimetres",
            10,
            ("centimetres", "centimeters", "cm"),
            ("millimetres", "millimeters", "mm"),
        ),
        UnitPair(
            "metre", "metres", "millimetres", 1000, ("metres", "meters", "m"), ("millimetres", "millimeters", "mm")
        ),
        UnitPair("kilogram", "kilograms", "grams", 1000, ("kilograms", "kilos", "kg"), ("grams", "g")),
        UnitPair("gram", "grams", "milligrams", 1000, ("grams", "g"), ("milligrams", "mg")),
        UnitPair("tonne", "tonnes", "kilograms", 1000, ("tonnes", "tons", "t"), ("kilograms", "kilos", "kg")),
        UnitPair("hour", "hours", "minutes", 60, ("hours", "h"), ("minutes", "min")),
        UnitPair("minute", "minutes", "seconds", 60, ("minutes", "min"), ("seconds", "s")),
        UnitPair("day", "days", "hours", 24, ("days",), ("hours", "h")),
        UnitPair("week", "weeks", "days", 7, ("weeks",), ("days",)),
        UnitPair("year", "years", "months", 12, ("years",), ("months",)),
        UnitPair(
            "litre", "litres", "millilitres", 1000, ("litres", "liters", "L"), ("millilitres", "milliliters", "mL")
        ),
        UnitPair(
            "cubic metre",
            "cubic metres",
            "litres",
            1000,
            ("cubic metres", "cubic meters", "m3"),
            ("litres", "liters", "L"),
        ),
        UnitPair("kilowatt", "kilowatts", "watts", 1000, ("kilowatts", "kW"), ("watts", "W")),
    ),
    "zh": (
        UnitPair("公里", "公里", "公尺", 1000, ("公里", "km"), ("公尺", "m")),
        UnitPair("公尺", "公尺", "公分", 100, ("公尺", "m"), ("公分", "cm")),
        UnitPair("公分", "公分", "公釐", 10, ("公分", "cm"), ("公釐", "毫米", "mm")),
        UnitPair("公尺", "公尺", "公釐", 1000, ("公尺", "m"), ("公釐", "mm")),
        UnitPair("公斤", "公斤", "公克", 1000, ("公斤", "kg"), ("公克", "克", "g")),
        UnitPair("公克", "公克", "毫克", 1000, ("公克", "g"), ("毫克", "mg")),
        UnitPair("公噸", "公噸", "公斤", 1000, ("公噸", "噸"), ("公斤", "kg")),
        UnitPair("小時", "小時", "分鐘", 60, ("小時", "個小時"), ("分鐘",)),
        UnitPair("分鐘", "分鐘", "秒", 60, ("分鐘",), ("秒", "秒鐘")),
        UnitPair("天", "天", "小時", 24, ("天",), ("小時", "個小時")),
        UnitPair("星期", "星期", "天", 7, ("星期", "個星期"), ("天",)),
        UnitPair("年", "年", "個月", 12, ("年",), ("個月",)),
        UnitPair("公升", "公升", "毫升", 1000, ("公升", "L"), ("毫升", "mL")),
        UnitPair("立方公尺", "立方公尺", "公升", 1000, ("立方公尺", "m3"), ("公升", "L")),
        UnitPair("千瓦", "千瓦", "瓦", 1000, ("千瓦", "kW"), ("瓦", "W")),
    ),
}
OPPOSITES: dict[Language, dict[str, str]] = {"en": {}, "zh": {}}
for _language, _text in _OPPOSITES.items():
    for _pair in _text.split("|"):
        _one, _other = _pair.split()
        OPPOSITES[_language] |= {_one: _other, _other: _one}
DAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
}
MONTHS: dict[Language, tuple[str, ...]] = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "zh": ("一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"),
}
NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "Mongolia", "Uruguay", "Bolivia", "Laos", "Cambodia", "Madagascar", "Slovenia", "Albania", "Jordan", "Oman", "Sudan", "Paraguay", "Fiji", "Malta", "Estonia", "Latvia", "Zambia", "Uganda", "Haiti",
        "uranium", "platinum", "titanium", "tungsten", "xenon", "krypton", "barium", "gallium", "radium", "vanadium", "plutonium", "caesium",
        "miles", "inches", "pounds", "gallons", "ounces", "acres", "yards", "feet", "light years", "joules",
    ),
    "zh": (
        "蒙古", "烏拉圭", "玻利維亞", "寮國", "柬埔寨", "馬達加斯加", "斯洛維尼亞", "阿爾巴尼亞", "約旦", "阿曼", "蘇丹", "巴拉圭", "斐濟", "馬爾他", "愛沙尼亞", "拉脫維亞", "尚比亞", "烏干達", "海地",
        "鈾", "鉑", "鈦", "鎢", "氙", "氪", "鋇", "鎵", "鐳", "釩", "鈽", "銫",
        "英里", "英寸", "磅", "加侖", "盎司", "英畝", "碼", "英尺", "光年", "焦耳",
    ),
}  # fmt: skip


def single(name: str, en: str, zh: str, frames_en: tuple[str, ...], frames_zh: tuple[str, ...]) -> Intent:
    """One fact that is in no table."""
    return Intent(name, {"en": frames_en, "zh": frames_zh}, {"en": (en,), "zh": (zh,)})


SINGLE_FACTS: tuple[Intent, ...] = (
    single(
        "days_in_year", "A year has 365 days, a leap year 366.", "一年有 365 天,閏年有 366 天。",
        ("how many days [does|are in] a [year|leap year] [have|]?", "how many days are [there|] in [a|one|the] [year|whole year|leap year]?", "how many days does [a|one] [year|leap year] have?", "[number|count] of days in [a|one] year", "days [in a year|per year][ please|]?", "what is the number of days in a [year|leap year]?", "how long is a [year|leap year] in days?", "[a|one] year has how many days?", "a year is how many days [long|]?", "is a year 365 days?", "tell me how many days [a year|a leap year] has", "count the days of a year", "how many days [make|make up|form] a year?", "one year in days?"),
        ("[一年|閏年|一年總共|一整年]有[幾天|多少天|幾日]?", "[一年|閏年]是[幾天|多少天]?", "[一年|閏年]共有[幾天|多少天]?", "一年的天數[是多少|]?", "一年等於[幾天|多少天]?", "一年換算成天是多少?", "[平年|閏年]有幾天?", "一年是 365 天嗎?", "[告訴我|說說]一年有幾天", "幾天是一年?", "[多少天|幾天]等於一年?", "一年[包含|裡面有]幾天?", "一個[年|閏年]幾天?", "一年到底幾天?"),
    ),
    single(
        "planets", "There are eight planets: Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune.", "太陽系有八顆行星:水星、金星、地球、火星、木星、土星、天王星和海王星。",
        ("how many planets [are there|are in the solar system|does the sun have|circle the sun|do we have]?", "[name|list|tell me] [the|all|all the] planets[| of the solar system]", "[what|which] are the planets[| of the solar system]?", "which planets [are there|do you know|does the solar system have|go around the sun]?", "[the planets|planets|planets of the solar system], please", "the number of planets[| in the solar system]?", "what planets [are there|circle the sun|belong to the sun]?", "can you [name|list] the planets[| of the solar system]?", "I need the [names|list] of the planets", "what are the names of the planets?", "say the planets in order", "how many planets has our solar system?", "planet names?", "in which order [are|come] the planets?"),
        ("[太陽系|我們的太陽系]有[幾顆|多少顆|幾個|哪些]行星?", "[有|共有|總共有][幾顆|哪些|多少]行星?", "[列出|說出|告訴我][太陽系的|所有|八大]行星", "八大行星[有哪些|是什麼|是哪些]?", "行星[有哪些|有幾顆|有哪幾顆]?", "太陽系的行星[是哪些|有幾顆|叫什麼名字]?", "行星的[名稱|順序|數量][是什麼|]?", "繞太陽[轉|公轉]的行星有哪些?", "太陽有幾顆行星?", "你知道[八大|太陽系]行星嗎?", "[太陽系|]行星名單", "哪些是行星?", "依順序說出行星", "行星[一共|總共]幾顆?"),
    ),
    single(
        "largest_planet", "Jupiter is the largest planet of the solar system.", "木星是太陽系最大的行星。",
        ("[what|which] is the [largest|biggest] planet[| of the solar system| in the solar system]?", "which planet is [the largest|the biggest|biggest|largest]?", "[name|tell me] the [largest|biggest] planet", "[largest|biggest] planet[ please|?]", "what planet is [the largest|the biggest|larger than all others]?", "which planet is [larger|bigger] than [all others|the others]?", "is [Jupiter|Earth|Saturn] the [largest|biggest] planet?", "do you know the [biggest|largest] planet?", "the [biggest|largest] planet is?", "which of the planets is [biggest|largest]?", "what is the name of the [largest|biggest] planet?", "[who|which] is the giant among the planets?"),
        ("[最大的|太陽系最大的|太陽系中最大的]行星是[哪一顆|什麼|哪顆|哪個]?", "哪[顆|一顆|個]行星[最大|是最大的]?", "[什麼|哪個]行星最大?", "[說出|告訴我]最大的行星", "最大的行星[叫什麼|叫什麼名字|]?", "[木星|地球|土星]是最大的行星嗎?", "行星裡[最大的|哪顆最大|誰最大]?", "太陽系[誰|哪顆]最大?", "你知道最大的行星[是哪顆|]嗎?", "[八大|太陽系]行星中[最大的是|哪顆最大]?", "比其他行星都大的是哪顆?", "體積最大的行星是?"),
    ),
    single(
        "nearest_planet", "Mercury is the planet nearest to the sun.", "水星是離太陽最近的行星。",
        ("[what|which] planet is [nearest|closest] to the sun?", "[what|which] is the [nearest|closest] planet to the sun?", "[what|which] is the planet [nearest|closest] to the sun?", "[name|tell me] the planet [nearest|closest] to the sun", "which planet is the first [from the sun|]?", "[what|which] planet is [right beside|next to|near] the sun?", "[nearest|closest] planet to the sun[ please|?]", "the first planet from the sun?", "is [Mercury|Venus] the [nearest|closest] planet to the sun?", "which planet [has the shortest way to|circles closest to] the sun?", "who is closest to the sun?", "what is the innermost planet?"),
        ("[離|距離|靠]太陽最近的[行星|]是[哪一顆|什麼|哪顆|哪個]?", "哪[顆|一顆|個]行星[離|距離]太陽最近?", "[最靠近|最接近]太陽的行星是[哪一顆|什麼|哪顆]?", "[說出|告訴我]離太陽最近的行星", "[水星|金星]離太陽最近嗎?", "太陽旁邊[第一顆|最近的]行星是[什麼|哪顆]?", "[什麼|誰]離太陽最近?", "第一顆行星是[什麼|哪顆]?", "行星中誰[最靠近|離]太陽[最近|]?", "最內側的行星是哪顆?", "離太陽最近的行星[叫什麼|]?", "太陽最近的鄰居是哪顆行星?"),
    ),
    single(
        "red_planet", "Mars is called the red planet.", "火星被稱為紅色行星。",
        ("[what|which] [is|planet is] the red planet?", "which planet is [red|called the red planet|known as the red planet]?", "why is Mars red?", "the red planet[ is called|, which one|, please|]?", "what is the name of the red planet?", "[name|tell me] the red planet", "what colour is Mars?", "what color is [Mars|the planet Mars]?", "is Mars red?", "which planet has a red [colour|colour?|surface]?", "what [planet|] do people call the red planet?", "which one is the red planet?", "do you know the red planet?"),
        ("[紅色|紅色的]行星是[哪一顆|什麼|哪顆|哪個]?", "哪[顆|一顆|個]行星[是紅色的|被稱為紅色行星|看起來是紅的]?", "火星[是什麼顏色|的顏色是什麼|是紅色的嗎]?", "紅色行星[叫什麼|是誰|指的是什麼]?", "[說出|告訴我]紅色行星", "什麼行星是紅色的?", "火星[為什麼|怎麼]是紅的?", "哪顆行星紅紅的?", "紅色行星的名字[是什麼|]?", "你知道紅色行星嗎?", "行星裡誰是紅色的?", "人們稱哪顆行星為紅色行星?"),
    ),
    single(
        "seasons", "There are four seasons: spring, summer, autumn and winter.", "一年有四季:春、夏、秋、冬。",
        ("how many seasons [are there|are in a year|does a year have|do we have]?", "[what|which] are the [four|] seasons?", "[name|list|tell me] the [four|] seasons", "which seasons [are there|does a year have|do you know]?", "[the|the four] seasons[, please|]?", "what seasons [are there|does a year have]?", "can you [name|list] the seasons?", "what are the names of the seasons?", "seasons of the year?", "[in which order come|how do we call] the seasons?", "the number of seasons?", "a year has which seasons?"),
        ("[一年|]有[幾個|哪些|哪幾個|幾]季節?", "四季[是什麼|有哪些|是哪些|是哪四季]?", "[說出|列出|告訴我][四季|所有季節|四個季節]", "季節有[哪些|幾個|哪幾個]?", "一年[分成|分為]幾[季|個季節]?", "四季的[名稱|順序|名字][是什麼|]?", "一年四季是哪四季?", "你知道四季嗎?", "哪些是季節?", "有什麼季節?", "季節[一共|總共]幾個?", "春天之外還有哪些季節?"),
    ),
    single(
        "months", "The twelve months are January to December.", "十二個月是一月到十二月。",
        ("[name|list|tell me] the [twelve|] months", "[what|which] are the [twelve|] months[| of the year]?", "which months [are there|does a year have]?", "what months [are there|does a year have]?", "can you [name|list] the months?", "the months of the year[, please|]?", "[what are|say] the names of the months", "from which month to which month does a year go?", "what is the first and the last month?", "list of months?", "which month is first and which is last?", "I need [all the|the] months"),
        ("[說出|列出|告訴我][十二個月|所有月份|月份]", "一年有哪[些月份|十二個月|幾個月份]?", "月份有哪些?", "十二個月是哪[些|十二個]?", "一年從[幾月到幾月|哪個月開始]?", "第一個月和最後一個月是[幾月|什麼]?", "月份的名稱有哪些?", "有哪些月?", "哪些是月份?", "你知道十二個月嗎?", "月份列表", "月份的順序是什麼?"),
    ),
    single(
        "weekdays", "The days of the week are Monday, Tuesday, Wednesday, Thursday, Friday, Saturday and Sunday.", "一星期是星期一、二、三、四、五、六和星期日。",
        ("[name|list|tell me] the [seven|] days of the week", "[what|which] are the [seven|] days of the week?", "[what|which] are the weekdays?", "which days [are in|has|does] a week[| have]?", "can you [name|list] the days of the week?", "the days of the week[, please|]?", "[what are|say] the names of the days", "what days does a week have?", "list of weekdays?", "from which day to which day does a week go?", "I need the [names of the|] days of the week", "which days make a week?"),
        ("[說出|列出|告訴我][星期的名稱|一星期的每一天|一週的七天]", "一[星期|週]有哪[幾天|七天|些天]?", "一[星期|週]的七天是[什麼|哪些|哪七天]?", "星期有哪些?", "一[星期|週]從星期幾到星期幾?", "[一週|一星期]的日子叫什麼?", "七天的名稱是什麼?", "星期的順序[是什麼|]?", "你知道一星期的七天嗎?", "哪七天組成一星期?", "一禮拜有哪幾天?", "星期的名字有哪些?"),
    ),
    single(
        "water_boils", "Water boils at 100 degrees Celsius at sea level.", "水在海平面於攝氏 100 度沸騰。",
        ("[at|] what temperature [does|will] water boil?", "at [which|what] temperature [does|will] water [boil|start to boil]?", "when does water boil?", "what is the boiling point of water?", "[the|] boiling point of water[, please|]?", "how hot [is|must|does] boiling water[| be]?", "how many degrees has boiling water?", "[tell me|give me] the boiling point of water", "does water boil at 100 degrees?", "how hot must water [be|get] to boil?", "at how many degrees does water boil?", "what is the temperature of boiling water?", "water boils at [what temperature|how many degrees]?"),
        ("水[在|要到|到][幾度|多少度|攝氏幾度]沸騰?", "水的沸點[是多少|是幾度|幾度|多高]?", "水[什麼時候|何時]沸騰?", "[幾度|多少度]的水會沸騰?", "[煮沸|沸騰]的水是幾度?", "[告訴我|說說]水的沸點", "水 100 度會沸騰嗎?", "水要多熱才會滾?", "水[幾度|到幾度]會滾?", "沸水[的溫度是多少|有幾度]?", "水的沸騰溫度是多少?", "水煮開[是|要]幾度?", "水沸騰需要幾度?"),
    ),
    single(
        "water_freezes", "Water freezes at 0 degrees Celsius.", "水在攝氏 0 度結冰。",
        ("[at|] what temperature [does|will] water freeze?", "at [which|what] temperature [does|will] water [freeze|become ice|turn to ice]?", "when does water freeze?", "what is the freezing point of water?", "[the|] freezing point of water[, please|]?", "how cold [is ice|must water be to freeze|must it be for ice]?", "when does water [become|turn into] ice?", "[tell me|give me] the freezing point of water", "does water freeze at 0 degrees?", "at how many degrees does water [freeze|become ice]?", "what is the melting point of ice?", "at what temperature does ice melt?", "water freezes at [what temperature|how many degrees]?"),
        ("水[在|要到|到][幾度|多少度|攝氏幾度]結冰?", "水的[冰點|凝固點][是多少|是幾度|幾度]?", "水[什麼時候|何時][結冰|變成冰]?", "[幾度|多少度]的水會結冰?", "冰[在幾度|幾度會]融化?", "[告訴我|說說]水的冰點", "水 0 度會結冰嗎?", "水要多冷才會結冰?", "水幾度[會變成冰|會結冰]?", "冰的熔點是[多少|幾度]?", "水的結冰溫度是多少?", "水變成冰[是|要]幾度?", "水結冰需要幾度?"),
    ),
    single(
        "rainbow", "A rainbow has seven colours: red, orange, yellow, green, blue, indigo and violet.", "彩虹有七種顏色:紅、橙、黃、綠、藍、靛、紫。",
        ("how many [colours|colors] [does a rainbow have|are in a rainbow|has a rainbow]?", "[what|which] [colours|colors] [does|has] a rainbow[| have]?", "[what|which] are the [colours|colors] of [a|the] rainbow?", "[name|list|tell me] the [colours|colors] of [a|the] rainbow", "the [colours|colors] of the rainbow[, please|]?", "which [colours|colors] are in [a|the] rainbow?", "what [colour|color] is a rainbow?", "can you [name|list] the rainbow [colours|colors]?", "rainbow [colours|colors]?", "what [colours|colors] can I see in a rainbow?", "in which order are the rainbow [colours|colors]?", "a rainbow has which [colours|colors]?"),
        ("彩虹有[幾種|哪些|哪幾種|多少種]顏色?", "彩虹的[顏色|七色][是什麼|有哪些|是哪些]?", "[說出|列出|告訴我]彩虹的顏色", "彩虹是什麼顏色?", "彩虹[七種|七個]顏色是[哪七種|什麼]?", "彩虹由哪些顏色組成?", "彩虹[裡|中|上]有[什麼|哪些]顏色?", "你知道彩虹的顏色嗎?", "哪些顏色在彩虹裡?", "彩虹的顏色順序[是什麼|]?", "看得到幾種顏色的彩虹?", "彩虹[共有|總共]幾色?"),
    ),
)  # fmt: skip
