# ruff: noqa: E501 - a table: one entry stays on one line
"""Terms of environmental engineering: definition, one more fact, and where sensible unit, cause, importance, remedy.

Written from general knowledge of the field; `source` names the public source that each entry was held against
(docs/demo-model-sources.md lists them all).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from inference.demo.segment import Language
from inference.demo.topics.grammar import full_width


@dataclass(frozen=True, slots=True)
class Term:
    """One term. `names[language][0]` is the plain name; the others are further ways to write it."""

    key: str
    names: dict[Language, tuple[str, ...]]
    definition: dict[Language, str]
    more: dict[Language, str]
    source: str
    aspects: dict[str, dict[Language, str]] = field(default_factory=dict)

    @property
    def name(self) -> dict[Language, str]:
        """The plain name in each language."""
        return {language: names[0] for language, names in self.names.items()}


def t(
    key: str,
    en: str,
    zh: str,
    definition: tuple[str, str],
    more: tuple[str, str],
    source: str,
    **aspects: tuple[str, str],
) -> Term:
    """A term from pairs (English, Chinese); names are separated by bars."""

    def both(pair: tuple[str, str]) -> dict[Language, str]:
        return {"en": pair[0], "zh": full_width(pair[1])}

    names: dict[Language, tuple[str, ...]] = {"en": tuple(en.split("|")), "zh": tuple(zh.split("|"))}
    return Term(key, names, both(definition), both(more), source, {kind: both(pair) for kind, pair in aspects.items()})


@dataclass(frozen=True, slots=True)
class Comparison:
    """The difference between two terms."""

    names: dict[Language, tuple[tuple[str, ...], tuple[str, ...]]]
    answer: dict[Language, str]
    source: str


def against(one_en: str, other_en: str, one_zh: str, other_zh: str, en: str, zh: str, source: str) -> Comparison:
    """A comparison; names are separated by bars."""
    return Comparison(
        {
            "en": (tuple(one_en.split("|")), tuple(other_en.split("|"))),
            "zh": (tuple(one_zh.split("|")), tuple(other_zh.split("|"))),
        },
        {"en": en, "zh": full_width(zh)},
        source,
    )


WHO = "WHO global air quality guidelines (2021)"
EPA_AIR = "US EPA, Criteria Air Pollutants pages"
EPA_WATER = "US EPA, water topics and glossary"
EPA_WASTE = "US EPA, waste and landfill pages"
TW_AIR = "Taiwan 空氣污染防制法 and 空氣品質標準"
TW_WATER = "Taiwan 水污染防治法 and 放流水標準"
TW_EIA = "Taiwan 環境影響評估法 and its 施行細則"
TW_SOIL = "Taiwan 土壤及地下水污染整治法"
IAIA = "IAIA/UNEP, EIA principles of best practice"
METCALF = "Metcalf & Eddy, Wastewater Engineering"
STANDARD_METHODS = "APHA, Standard Methods for the Examination of Water and Wastewater"
FREEZE = "USGS Water Science School; Freeze & Cherry, Groundwater"
ISO_NOISE = "ISO 1996-1; IEC 61672-1"
ISO_VIBRATION = "ISO 2631-2; Taiwan vibration guidance"
IPCC = "IPCC AR6, glossary"
GHG = "GHG Protocol; ISO 14064-1, ISO 14067"
EPA_MODEL = "US EPA, SCRAM pages on dispersion modelling"
EPA_FACTOR = "US EPA, AP-42"
WHO_DIOXIN = "WHO fact sheet: Dioxins"
CBD = "Convention on Biological Diversity, article 2"
RAMSAR = "Ramsar Convention, article 1"
IUPAC = "IUPAC Gold Book; US EPA 40 CFR 136 App. B"

TERMS: tuple[Term, ...] = (
    t("pm25", "PM2.5|PM 2.5|fine particulate matter|fine particles", "PM2.5|細懸浮微粒|PM 2.5", ("PM2.5 is fine particulate matter: particles in the air of 2.5 micrometres or less in diameter.", "PM2.5 是細懸浮微粒:空氣中粒徑 2.5 微米以下的微粒。"), ("PM2.5 goes deep into the lungs; its smallest part even reaches the blood.", "PM2.5 會深入肺部,最小的甚至進入血液。"), WHO,
      unit=("PM2.5 is given in micrograms per cubic metre of air.", "PM2.5 的單位是微克/立方公尺(μg/m³)。"), cause=("PM2.5 comes from traffic, burning and industry, and forms from gases such as SO2 and NOx.", "PM2.5 來自交通、燃燒和工業,也會由 SO2、NOx 等氣體生成。"), why=("PM2.5 matters because it harms the lungs and the heart.", "PM2.5 很重要,因為它會傷害肺和心臟。"), limit=("The WHO guideline for PM2.5 is 5 micrograms per cubic metre as an annual mean and 15 for 24 hours.", "WHO 對 PM2.5 的指引值:年平均 5、24 小時 15 微克/立方公尺。"), harm=("PM2.5 is harmful because it goes deep into the lungs and burdens the heart.", "PM2.5 有害,因為會深入肺部並影響心臟。")),
    t("pm10", "PM10|PM 10|inhalable particles", "PM10|懸浮微粒|PM 10", ("PM10 is particulate matter: particles in the air of 10 micrometres or less in diameter.", "PM10 是懸浮微粒:空氣中粒徑 10 微米以下的微粒。"), ("PM10 includes PM2.5; the coarser part is often dust.", "PM10 包含 PM2.5,較粗的部分多為揚塵。"), WHO,
      unit=("PM10 is given in micrograms per cubic metre of air.", "PM10 的單位是微克/立方公尺(μg/m³)。"), cause=("PM10 comes from road dust, construction sites, bare soil and burning.", "PM10 來自道路揚塵、工地、裸露地和燃燒。"), limit=("The WHO guideline for PM10 is 15 micrograms per cubic metre as an annual mean and 45 for 24 hours.", "WHO 對 PM10 的指引值:年平均 15、24 小時 45 微克/立方公尺。"), harm=("PM10 is harmful because it irritates the airways and the lungs.", "PM10 有害,因為會刺激呼吸道和肺部。")),
    t("ozone", "ozone|O3|ground-level ozone", "臭氧|O3|近地面臭氧", ("Ozone (O3) near the ground is a pollutant that forms from NOx and VOC in sunlight.", "臭氧(O3)在近地面是污染物,由 NOx 和 VOC 在陽光下生成。"), ("High in the stratosphere, ozone is useful: it protects us from ultraviolet light.", "在平流層的臭氧有益,能擋住紫外線。"), EPA_AIR,
      cause=("Ozone forms when NOx and VOC react in sunlight.", "臭氧由 NOx 和 VOC 在陽光下反應生成。"), why=("Ozone matters because it irritates the airways and harms plants.", "臭氧很重要,因為它刺激呼吸道並傷害植物。"), unit=("Ozone is given in ppb or in micrograms per cubic metre.", "臭氧的單位是 ppb 或微克/立方公尺。"), harm=("Ozone near the ground is harmful because it irritates the airways and damages plants.", "近地面的臭氧有害,因為會刺激呼吸道並傷害植物。")),
    t("nox", "NOx|nitrogen oxides|nitrogen oxide", "NOx|氮氧化物", ("NOx are the nitrogen oxides NO and NO2; they form when fuel burns at high temperature.", "NOx 是氮氧化物(NO 和 NO2),在高溫燃燒時生成。"), ("NOx takes part in forming ozone, PM2.5 and acid rain.", "NOx 會參與生成臭氧、PM2.5 和酸雨。"), EPA_AIR,
      cause=("NOx comes mainly from vehicles, power stations and boilers.", "NOx 主要來自車輛、發電廠和鍋爐。"), reduce=("NOx is reduced with low-NOx burners or with catalysts such as SCR.", "可用低 NOx 燃燒器或 SCR 等觸媒降低 NOx。"), harm=("NOx is harmful because NO2 irritates the lungs and helps to form ozone and PM2.5.", "NOx 有害,因為 NO2 刺激肺部,並會生成臭氧和 PM2.5。")),
    t("so2", "SO2|sulfur dioxide|sulphur dioxide", "SO2|二氧化硫", ("SO2 is sulfur dioxide, a sharp-smelling gas from burning fuel that contains sulfur.", "SO2 是二氧化硫,燃燒含硫燃料產生的刺激性氣體。"), ("SO2 turns into sulfuric acid and sulfate particles in the air.", "SO2 在空氣中會變成硫酸和硫酸鹽微粒。"), EPA_AIR,
      cause=("SO2 comes from burning coal and oil that contain sulfur, and from volcanoes.", "SO2 來自燃燒含硫的煤和油,也來自火山。"), reduce=("SO2 is reduced with low-sulfur fuel or flue-gas desulfurisation.", "可用低硫燃料或排煙脫硫降低 SO2。"), harm=("SO2 is harmful because it irritates the airways and causes acid rain.", "SO2 有害,因為會刺激呼吸道並造成酸雨。")),
    t("co", "CO|carbon monoxide", "CO|一氧化碳", ("CO is carbon monoxide, a poisonous gas without colour or smell from incomplete burning.", "CO 是一氧化碳,燃燒不完全產生的無色無味有毒氣體。"), ("CO binds to haemoglobin, so the blood carries less oxygen.", "CO 會與血紅素結合,使血液攜氧減少。"), EPA_AIR,
      cause=("CO comes from incomplete burning, for example in engines and heaters.", "CO 來自燃燒不完全,例如引擎和熱水器。"), why=("CO matters because it can kill indoors without being noticed.", "CO 很重要,因為在室內可能不知不覺致命。"), harm=("CO is harmful because it keeps the blood from carrying oxygen.", "CO 有害,因為會使血液無法攜帶氧氣。")),
    t("voc", "VOC|VOCs|volatile organic compounds|volatile organic compound", "VOC|揮發性有機物|VOCs|揮發性有機化合物", ("VOC are volatile organic compounds: carbon compounds that evaporate easily.", "VOC 是揮發性有機物:容易蒸發的含碳化合物。"), ("VOC react with NOx in sunlight and form ozone.", "VOC 會與 NOx 在陽光下反應生成臭氧。"), EPA_AIR,
      cause=("VOC come from paints, solvents, fuels and industry, and also from plants.", "VOC 來自油漆、溶劑、燃料和工業,植物也會排放。"), reduce=("VOC are reduced with water-based paints, activated carbon or thermal oxidisers.", "可用水性塗料、活性碳或焚化設備降低 VOC。"), harm=("VOC are harmful because they help to form ozone and some, such as benzene, are toxic.", "VOC 有害,因為會助長臭氧生成,有些如苯還有毒。")),
    t("aqi", "AQI|the AQI|air quality index|the air quality index", "AQI|空氣品質指標", ("AQI is the air quality index: one number that says how clean or polluted the air is.", "AQI 是空氣品質指標:用一個數字表示空氣好壞。"), ("An AQI up to 50 is good; the worst single pollutant decides the value.", "AQI 在 50 以下為良好,由最差的單項污染物決定。"), TW_AIR,
      why=("AQI matters because everyone can see at once whether the air is healthy.", "AQI 很重要,因為民眾能立刻知道空氣是否健康。"), unit=("AQI has no unit; it is an index that starts at 0.", "AQI 沒有單位,是從 0 開始的指標。")),
    t("acid_rain", "acid rain", "酸雨", ("Acid rain is rain made acidic by pollutants; clean rain has a pH of about 5.6.", "酸雨是受污染而變酸的雨;乾淨雨水的 pH 約 5.6。"), ("Acid rain harms lakes, forests and buildings.", "酸雨會傷害湖泊、森林和建築物。"), "US EPA, Acid Rain pages",
      cause=("Acid rain is caused by SO2 and NOx, which become acids in the air.", "酸雨的成因是 SO2 和 NOx 在空氣中變成酸。"), reduce=("Acid rain is reduced by emitting less SO2 and NOx.", "減少 SO2 和 NOx 的排放就能減少酸雨。"), harm=("Acid rain is harmful because it makes lakes and soil acidic and eats away stone.", "酸雨有害,因為會使湖泊和土壤變酸並侵蝕石材。")),
    t("bod", "BOD|biochemical oxygen demand|BOD5", "BOD|生化需氧量|BOD5", ("BOD is biochemical oxygen demand: the oxygen that microbes use to break down organic matter in water.", "BOD 是生化需氧量:微生物分解水中有機物所需的氧。"), ("BOD is usually measured over five days at 20 degrees Celsius.", "BOD 通常在攝氏 20 度下測五天。"), STANDARD_METHODS,
      unit=("BOD is given in milligrams of oxygen per litre.", "BOD 的單位是毫克/公升(mg/L)。"), why=("BOD matters because a high BOD takes the oxygen from fish.", "BOD 很重要,因為 BOD 高會使水中缺氧、魚類死亡。"), reduce=("BOD is reduced by biological treatment such as activated sludge.", "可用活性污泥等生物處理降低 BOD。")),
    t("cod", "COD|chemical oxygen demand", "COD|化學需氧量", ("COD is chemical oxygen demand: the oxygen needed to oxidise the matter in water with a chemical.", "COD 是化學需氧量:用化學藥劑氧化水中物質所需的氧。"), ("COD takes only a few hours and is usually higher than BOD.", "COD 只需數小時,數值通常比 BOD 高。"), STANDARD_METHODS,
      unit=("COD is given in milligrams of oxygen per litre.", "COD 的單位是毫克/公升(mg/L)。"), why=("COD matters because it shows quickly how polluted wastewater is.", "COD 很重要,因為能快速看出廢水的污染程度。")),
    t("do", "DO|dissolved oxygen", "DO|溶氧|溶氧量", ("DO is dissolved oxygen: the amount of oxygen dissolved in water.", "DO 是溶氧:溶解在水中的氧量。"), ("Cold water holds more dissolved oxygen than warm water.", "冷水的溶氧比溫水高。"), EPA_WATER,
      unit=("DO is given in milligrams per litre.", "DO 的單位是毫克/公升(mg/L)。"), why=("DO matters because fish and other water life need it to breathe.", "DO 很重要,因為魚類等水中生物靠它呼吸。"), cause=("Low DO is caused by organic pollution, warm water or too many algae.", "溶氧偏低的原因是有機污染、水溫高或藻類過多。")),
    t("ph", "pH|the pH|pH value|the pH value", "pH|pH 值|酸鹼值", ("pH says how acidic or basic water is; 7 is neutral.", "pH 表示水的酸鹼程度,7 為中性。"), ("Below 7 is acidic, above 7 is basic; one step means a factor of ten.", "小於 7 為酸性,大於 7 為鹼性,差 1 就是十倍。"), EPA_WATER,
      unit=("pH has no unit; the usual scale goes from 0 to 14.", "pH 沒有單位,一般範圍是 0 到 14。"), why=("pH matters because most water life needs a pH near neutral.", "pH 很重要,因為多數水中生物需要接近中性的水。")),
    t("ss", "SS|suspended solids|TSS|total suspended solids", "SS|懸浮固體|懸浮固體物", ("SS are suspended solids: particles in water that a fine filter holds back.", "SS 是懸浮固體:水中可被細濾紙攔下的顆粒。"), ("Suspended solids make water cloudy and can settle as mud.", "懸浮固體使水混濁,並會沉積成泥。"), STANDARD_METHODS,
      unit=("SS is given in milligrams per litre.", "SS 的單位是毫克/公升(mg/L)。"), reduce=("SS is reduced by settling, filtration and sediment ponds.", "可用沉澱、過濾和沉砂池降低 SS。"), cause=("SS comes from eroded soil, construction sites and wastewater.", "SS 來自土壤沖蝕、工地和廢水。"), harm=("Suspended solids are harmful because they block the light and cover the river bed.", "懸浮固體有害,因為會擋住光線並覆蓋河床。")),
    t("turbidity", "turbidity", "濁度", ("Turbidity says how cloudy water is, measured by the light that its particles scatter.", "濁度表示水的混濁程度,以顆粒散射的光來測量。"), ("Turbidity rises after heavy rain because soil is washed into rivers.", "大雨後泥土沖入河川,濁度會升高。"), EPA_WATER,
      unit=("Turbidity is given in NTU.", "濁度的單位是 NTU。"), why=("Turbidity matters because cloudy water is harder to disinfect.", "濁度很重要,因為混濁的水較難消毒。")),
    t("eutrophication", "eutrophication", "優養化", ("Eutrophication is the overgrowth of algae in water that has too many nutrients.", "優養化是水中營養過多,使藻類大量生長。"), ("When the algae die, their decay uses up the oxygen and fish may die.", "藻類死亡分解時耗盡溶氧,魚類可能死亡。"), EPA_WATER,
      cause=("Eutrophication is caused by nitrogen and phosphorus from sewage, fertiliser and manure.", "優養化由污水、肥料和畜牧的氮和磷造成。"), reduce=("Eutrophication is reduced by removing nitrogen and phosphorus before they reach the water.", "減少流入水體的氮和磷就能減輕優養化。"), harm=("Eutrophication is harmful because the water loses its oxygen and fish die.", "優養化有害,因為水會缺氧、魚類死亡。")),
    t("ammonia_nitrogen", "ammonia nitrogen|NH3-N|ammonium nitrogen", "氨氮|NH3-N", ("Ammonia nitrogen is the nitrogen in water that is present as ammonia or ammonium.", "氨氮是水中以氨或銨離子形式存在的氮。"), ("Ammonia nitrogen is toxic to fish, more so when the pH is high.", "氨氮對魚有毒,pH 高時毒性更強。"), EPA_WATER,
      unit=("Ammonia nitrogen is given in milligrams per litre.", "氨氮的單位是毫克/公升(mg/L)。"), cause=("Ammonia nitrogen comes from sewage, manure and fertiliser.", "氨氮來自生活污水、畜牧廢水和肥料。"), reduce=("Ammonia nitrogen is reduced by nitrification: bacteria turn it into nitrate.", "可用硝化處理,由細菌把氨氮變成硝酸鹽。"), harm=("Ammonia nitrogen is harmful because it is toxic to fish and uses up oxygen.", "氨氮有害,因為對魚有毒並會消耗溶氧。")),
    t("total_phosphorus", "total phosphorus|TP", "總磷|TP", ("Total phosphorus is all the phosphorus in water, dissolved and in particles.", "總磷是水中溶解態和顆粒態的磷總量。"), ("Phosphorus often limits the growth of algae in lakes.", "磷常是限制湖泊藻類生長的養分。"), EPA_WATER,
      cause=("Total phosphorus comes from fertiliser, sewage, manure and soil erosion.", "總磷來自肥料、污水、畜牧和土壤沖蝕。"), unit=("Total phosphorus is given in milligrams per litre.", "總磷的單位是毫克/公升(mg/L)。")),
    t("heavy_metal", "heavy metals|a heavy metal|heavy metal", "重金屬", ("Heavy metals are dense metals such as lead, mercury and cadmium; many are toxic.", "重金屬是密度大的金屬,如鉛、汞、鎘,多有毒性。"), ("Heavy metals do not break down and can build up in soil and in the food chain.", "重金屬不會分解,會在土壤和食物鏈中累積。"), TW_SOIL,
      cause=("Heavy metals come from mining, electroplating, smelting and batteries.", "重金屬來自採礦、電鍍、冶煉和電池。"), why=("Heavy metals matter because they can harm nerves, kidneys and other organs.", "重金屬很重要,因為會傷害神經、腎臟等器官。"), harm=("Heavy metals are harmful because many are toxic and collect in the body.", "重金屬有害,因為多有毒性並會累積在體內。")),
    t("groundwater", "groundwater|ground water", "地下水", ("Groundwater is water that fills the pores and cracks of soil and rock below the water table.", "地下水是地下水位以下,充滿土壤和岩石孔隙的水。"), ("Groundwater moves slowly, so pollution in it stays for a long time.", "地下水流動緩慢,污染會長期存在。"), FREEZE,
      why=("Groundwater matters because many people drink it and it feeds rivers.", "地下水很重要,因為許多人飲用,也補注河川。"), cause=("Groundwater comes from rain and rivers that seep into the ground.", "地下水來自滲入地下的雨水和河水。")),
    t("aquifer", "aquifer|an aquifer|aquifers", "含水層", ("An aquifer is a layer of soil or rock that stores groundwater and lets it flow.", "含水層是能儲存並傳輸地下水的土層或岩層。"), ("Sand and gravel make good aquifers; a confined one lies under a tight layer.", "砂和礫石是良好含水層;受壓含水層位於不透水層之下。"), FREEZE,
      why=("An aquifer matters because wells take their water from it.", "含水層很重要,因為水井從中取水。")),
    t("permeability", "permeability|hydraulic conductivity", "透水性|滲透性|水力傳導係數", ("Permeability says how easily water flows through soil or rock.", "透水性表示水通過土壤或岩石的難易程度。"), ("Gravel and sand are very permeable; clay is hardly permeable.", "礫石和砂透水性高,黏土透水性很低。"), FREEZE,
      unit=("Hydraulic conductivity is given in metres per second or centimetres per second.", "水力傳導係數的單位是公尺/秒或公分/秒。"), why=("Permeability matters because it decides how fast pollution spreads underground.", "透水性很重要,因為它決定污染在地下擴散的快慢。")),
    t("water_table", "water table|the water table|groundwater level|the groundwater level", "地下水位|地下水面", ("The water table is the upper surface of the groundwater, below which all pores are full of water.", "地下水位是地下水的上界,其下孔隙都充滿水。"), ("The water table rises after rain and falls when much water is pumped.", "地下水位雨後上升,大量抽水時下降。"), FREEZE,
      why=("The water table matters because wells run dry when it falls too low.", "地下水位很重要,因為太低時水井會乾涸。")),
    t("soil_contamination", "soil contamination|soil pollution|contaminated soil", "土壤污染|污染土壤", ("Soil contamination means that harmful substances in the soil endanger people or the environment.", "土壤污染是土壤中的有害物質危及人體健康或環境。"), ("In Taiwan a site above the control standards can be declared a control site.", "在台灣,超過管制標準的場址可公告為控制場址。"), TW_SOIL,
      cause=("Soil contamination is caused by leaks, waste, wastewater and mining.", "土壤污染由洩漏、廢棄物、廢水和採礦造成。"), reduce=("Contaminated soil can be dug out, washed, heated or treated in place.", "污染土壤可開挖、清洗、加熱或現地整治。"), harm=("Soil contamination is harmful because it reaches crops, groundwater and people.", "土壤污染有害,因為會影響作物、地下水和人。")),
    t("remediation", "remediation|soil remediation|site remediation", "整治|污染整治|土壤整治", ("Remediation is the clean-up of polluted soil or groundwater.", "整治是清除土壤或地下水的污染。"), ("Remediation can be done in place (in situ) or after digging out (ex situ).", "整治可在現地進行,也可開挖後離地處理。"), TW_SOIL,
      why=("Remediation matters because a clean site is safe to use again.", "整治很重要,因為乾淨的土地才能安全再利用。")),
    t("bioremediation", "bioremediation", "生物整治|生物復育", ("Bioremediation is the clean-up of pollution with microbes or plants.", "生物整治是利用微生物或植物清除污染。"), ("Oil in soil is often treated this way, because bacteria can eat it.", "土壤中的油常用此法,因為細菌能分解油。"), "US EPA, Citizen's Guide to Bioremediation",
      why=("Bioremediation matters because it is often cheap and gentle to the soil.", "生物整治很重要,因為常較便宜且對土壤溫和。")),
    t("eia", "EIA|an EIA|environmental impact assessment|the EIA", "環評|環境影響評估|EIA", ("An EIA is an environmental impact assessment: it studies the effects of a project before it is built.", "環評是環境影響評估:在開發前評估對環境的影響。"), ("In Taiwan the EIA Act has required it for large projects since 1994.", "台灣自 1994 年起以環境影響評估法規範。"), TW_EIA,
      why=("An EIA matters because harm is avoided most easily before building starts.", "環評很重要,因為動工前最容易避免損害。"), steps=("The steps of an EIA are screening, scoping, baseline survey, prediction, mitigation, report, review and monitoring.", "環評的步驟是:篩選、範疇界定、現況調查、影響預測、減輕對策、報告書、審查和監測。")),
    t("screening", "screening|EIA screening", "篩選|環評篩選", ("Screening is the EIA step that decides whether a project needs an assessment.", "篩選是決定開發案是否需要環評的步驟。"), ("Screening looks at the kind, the size and the place of the project.", "篩選看開發的種類、規模和區位。"), IAIA,
      why=("Screening matters because effort goes to projects with real effects.", "篩選很重要,讓力氣花在真正有影響的開發案。")),
    t("scoping", "scoping|EIA scoping", "範疇界定|環評範疇界定", ("Scoping is the EIA step that decides which effects are studied and how.", "範疇界定是決定評估哪些影響、如何評估的步驟。"), ("Authorities, experts and residents take part in scoping.", "主管機關、專家和居民都會參與範疇界定。"), TW_EIA,
      why=("Scoping matters because the report then treats what is important.", "範疇界定很重要,讓報告聚焦在重要議題。")),
    t("baseline", "baseline survey|a baseline survey|baseline|baseline study", "現況調查|環境現況調查|背景調查", ("A baseline survey describes the environment before a project begins.", "現況調查是記錄開發前的環境狀況。"), ("It covers air, water, noise, soil, ecology and people.", "內容包括空氣、水、噪音、土壤、生態和社會。"), IAIA,
      why=("A baseline survey matters because later changes are compared with it.", "現況調查很重要,因為之後的變化要與它比較。")),
    t("mitigation", "mitigation measure|a mitigation measure|mitigation measures|mitigation", "減輕對策|減輕措施", ("A mitigation measure avoids, reduces or repairs a harmful effect of a project.", "減輕對策是避免、減少或補救開發不良影響的措施。"), ("First avoid, then reduce, then repair, and compensate last.", "先迴避,再減輕,再復原,最後才補償。"), IAIA,
      why=("Mitigation measures matter because they make a project bearable for its surroundings.", "減輕對策很重要,能讓開發對周遭的影響降低。")),
    t("eia_monitoring", "environmental monitoring|monitoring", "環境監測|監測", ("Environmental monitoring is the repeated measuring of air, water, noise or ecology at fixed places.", "環境監測是在固定地點反覆量測空氣、水、噪音或生態。"), ("Monitoring shows whether predictions were right and measures work.", "監測可看出預測是否正確、對策是否有效。"), IAIA,
      why=("Monitoring matters because it reveals harm in time.", "監測很重要,因為能及時發現問題。")),
    t("public_participation", "public participation|public consultation", "公眾參與|民眾參與", ("Public participation means that people who are affected are informed and heard before a decision.", "公眾參與是讓受影響的人在決策前知情並表達意見。"), ("It can be a public hearing, an exhibition of the report or written comments.", "方式有公聽會、報告公開陳覽或書面意見。"), TW_EIA,
      why=("Public participation matters because residents know their place and trust grows.", "公眾參與很重要,因為居民了解當地,也能增加信任。")),
    t("noise", "noise", "噪音", ("Noise is unwanted sound; it is measured in decibels, usually dB(A).", "噪音是不想要的聲音,通常以分貝 dB(A) 表示。"), ("Long noise disturbs sleep, raises stress and can damage hearing.", "長期噪音影響睡眠、增加壓力,也可能損害聽力。"), ISO_NOISE,
      unit=("Noise is given in decibels, usually dB(A).", "噪音的單位是分貝,通常用 dB(A)。"), cause=("Noise comes from traffic, construction, factories and music.", "噪音來自交通、施工、工廠和音樂。"), reduce=("Noise is reduced at the source, with barriers, or with better windows.", "可從音源、隔音牆或隔音窗降低噪音。"), harm=("Noise is harmful because it disturbs sleep, causes stress and can damage hearing.", "噪音有害,因為會影響睡眠、造成壓力並可能損害聽力。")),
    t("decibel", "decibel|a decibel|decibels|dB", "分貝|dB", ("A decibel is the logarithmic unit for sound levels.", "分貝是表示聲音大小的對數單位。"), ("Two equal sources together are about 3 dB louder than one.", "兩個相同音源合起來約增加 3 分貝。"), ISO_NOISE,
      why=("Decibels matter because the ear hears a huge range of sound pressures.", "分貝很重要,因為人耳能聽的聲壓範圍非常大。")),
    t("dba", "dB(A)|dBA|A-weighting|the A-weighting", "dB(A)|dBA|A 加權", ("dB(A) is a sound level weighted like the human ear, which hears low tones less well.", "dB(A) 是依人耳特性加權的音量,低頻的比重較小。"), ("Noise limits are usually written in dB(A).", "噪音管制標準通常以 dB(A) 表示。"), ISO_NOISE,
      why=("dB(A) matters because it fits what people really hear.", "dB(A) 很重要,因為它符合人真正聽到的感受。")),
    t("leq", "Leq|equivalent sound level|the equivalent sound level", "Leq|均能音量", ("Leq is the equivalent sound level: the steady level with the same energy as the changing noise.", "Leq 是均能音量:與變動噪音能量相同的穩定音量。"), ("Leq is given together with its time, for example one hour.", "Leq 要註明時間,例如一小時。"), ISO_NOISE,
      unit=("Leq is given in dB(A).", "Leq 的單位是 dB(A)。")),
    t("vibration", "vibration|ground vibration", "振動|地面振動", ("Vibration is the shaking of the ground or of buildings, for example from trains or piling.", "振動是地面或建築物的晃動,例如來自列車或打樁。"), ("Strong vibration disturbs people and can crack buildings.", "強烈振動會干擾居民,也可能使建築龜裂。"), ISO_VIBRATION,
      unit=("Vibration is given in decibels or in millimetres per second.", "振動的單位是分貝或毫米/秒。"), reduce=("Vibration is reduced with quieter machines, dampers or greater distance.", "可用低振動機具、減振設備或加大距離來降低振動。"), harm=("Vibration is harmful because it disturbs people and can crack buildings.", "振動有害,因為會干擾居民並可能使建築龜裂。")),
    t("ghg", "greenhouse gas|a greenhouse gas|greenhouse gases|GHG", "溫室氣體|GHG", ("A greenhouse gas absorbs heat radiation and so warms the Earth.", "溫室氣體會吸收熱輻射,使地球變暖。"), ("The main ones from people are CO2, methane, nitrous oxide and fluorinated gases.", "人為的主要有 CO2、甲烷、氧化亞氮和含氟氣體。"), IPCC,
      cause=("Greenhouse gases come from burning fossil fuels, farming, waste and industry.", "溫室氣體來自化石燃料、農業、廢棄物和工業。"), reduce=("Greenhouse gases are reduced by saving energy and using renewable energy.", "節能和使用再生能源可減少溫室氣體。"), harm=("Greenhouse gases are a problem because they warm the Earth.", "溫室氣體是問題,因為會使地球變暖。")),
    t("co2", "CO2|carbon dioxide", "CO2|二氧化碳", ("CO2 is carbon dioxide, the most important greenhouse gas that people emit.", "CO2 是二氧化碳,人類排放最主要的溫室氣體。"), ("A large part of the CO2 stays in the air for centuries.", "CO2 有很大一部分會在大氣中停留數百年。"), IPCC,
      cause=("CO2 comes mainly from burning coal, oil and gas.", "CO2 主要來自燃燒煤、石油和天然氣。"), unit=("CO2 in the air is given in ppm.", "空氣中的 CO2 以 ppm 表示。"), reduce=("CO2 is reduced by saving energy and burning less coal, oil and gas.", "節能並減少燃燒煤、油、氣可降低 CO2。")),
    t("methane", "methane|CH4", "甲烷|CH4", ("Methane (CH4) is the main part of natural gas and a strong greenhouse gas.", "甲烷(CH4)是天然氣的主要成分,也是強效溫室氣體。"), ("Methane stays in the air for about a decade, much shorter than CO2.", "甲烷在大氣中約停留十年,比 CO2 短很多。"), IPCC,
      cause=("Methane comes from cattle, rice fields, landfills and gas leaks.", "甲烷來自牛隻、水稻田、掩埋場和天然氣洩漏。")),
    t("carbon_footprint", "carbon footprint|a carbon footprint|the carbon footprint", "碳足跡", ("A carbon footprint is all greenhouse gases caused by a product, person or company, counted as CO2.", "碳足跡是產品、個人或公司造成的溫室氣體總量,以 CO2 計。"), ("For a product it counts the whole life, from raw material to waste.", "產品碳足跡計算從原料到廢棄的整個生命週期。"), GHG,
      unit=("A carbon footprint is given in kilograms or tonnes of CO2 equivalent.", "碳足跡的單位是公斤或公噸二氧化碳當量。"), reduce=("A carbon footprint is reduced by saving energy, travelling less and wasting less.", "節能、減少運輸和浪費可降低碳足跡。")),
    t("climate_change", "climate change|global warming", "氣候變遷|全球暖化", ("Climate change is a lasting change of the climate; today it is caused by people's greenhouse gases.", "氣候變遷是氣候的長期改變,目前由人類排放的溫室氣體造成。"), ("It brings more heat waves, heavier rain and a rising sea level.", "它帶來更多熱浪、豪雨和海平面上升。"), IPCC,
      cause=("Climate change is caused by greenhouse gases, mainly CO2 from fossil fuels.", "氣候變遷由溫室氣體造成,主要是化石燃料的 CO2。"), reduce=("Climate change is slowed by emitting fewer greenhouse gases.", "減少溫室氣體排放可減緩氣候變遷。"), harm=("Climate change is harmful because it brings heat waves, floods, droughts and a rising sea level.", "氣候變遷有害,因為帶來熱浪、洪水、乾旱和海平面上升。")),
    t("dispersion_model", "dispersion model|a dispersion model|air dispersion model|dispersion modelling", "擴散模式|空氣擴散模式|擴散模型", ("A dispersion model calculates how pollutants spread in the air from a source.", "擴散模式是計算污染物從排放源在空氣中擴散的模式。"), ("It needs emissions, wind, stability of the air and terrain as input.", "它需要排放量、風、大氣穩定度和地形等資料。"), EPA_MODEL,
      why=("A dispersion model matters because it predicts concentrations before a plant is built.", "擴散模式很重要,因為能在建廠前預測濃度。")),
    t("gaussian_plume", "Gaussian plume|a Gaussian plume|Gaussian plume model|the Gaussian plume model", "高斯煙流|高斯煙流模式|高斯擴散模式", ("A Gaussian plume is a simple dispersion model: concentrations across the plume follow a bell curve.", "高斯煙流是簡單的擴散模式:煙流橫斷面濃度呈鐘形分布。"), ("It assumes steady wind and a constant emission.", "它假設風況穩定且排放固定。"), EPA_MODEL,
      why=("The Gaussian plume matters because it is fast and widely used for permits.", "高斯煙流很重要,因為計算快,常用於許可審查。")),
    t("emission_factor", "emission factor|an emission factor|emission factors", "排放係數", ("An emission factor is the amount of pollutant emitted per unit of activity, for example per tonne of fuel.", "排放係數是每單位活動的污染物排放量,例如每公噸燃料。"), ("Emission equals activity times emission factor.", "排放量等於活動量乘以排放係數。"), EPA_FACTOR,
      unit=("An emission factor is given for example in grams per kilometre or kilograms per tonne.", "排放係數的單位例如公克/公里或公斤/公噸。"), why=("Emission factors matter because not every source can be measured.", "排放係數很重要,因為不可能量測每個排放源。")),
    t("stack", "stack|a stack|chimney|a chimney", "煙囪|排放管道", ("A stack is a tall chimney that releases exhaust gas high above the ground.", "煙囪是把廢氣排到高處的管道。"), ("A higher stack gives lower concentrations near the ground.", "煙囪越高,近地面的濃度越低。"), EPA_MODEL,
      why=("A stack matters because height and heat help to dilute the exhaust.", "煙囪很重要,因為高度和熱浮力有助稀釋廢氣。")),
    t("inversion", "temperature inversion|a temperature inversion|thermal inversion", "逆溫|逆溫層", ("A temperature inversion is warm air lying over cold air, which stops the air from mixing.", "逆溫是暖空氣位於冷空氣之上,使空氣不易混合。"), ("Under an inversion pollutants collect near the ground.", "逆溫時污染物會累積在近地面。"), EPA_MODEL,
      cause=("An inversion often forms on clear, calm nights when the ground cools.", "逆溫常在晴朗無風的夜晚地面冷卻時形成。"), harm=("An inversion is a problem because pollutants collect near the ground.", "逆溫是問題,因為污染物會累積在近地面。")),
    t("wastewater_treatment", "wastewater treatment|sewage treatment", "廢水處理|污水處理", ("Wastewater treatment cleans used water before it goes back to nature.", "廢水處理是在排放前把用過的水淨化。"), ("Primary treatment settles solids, secondary uses microbes, tertiary polishes.", "一級沉澱固體,二級用微生物,三級再精處理。"), METCALF,
      why=("Wastewater treatment matters because it protects rivers and health.", "廢水處理很重要,因為能保護河川和健康。"), steps=("The steps of wastewater treatment are screens, settling, biological treatment, final settling and disinfection.", "廢水處理的步驟是:攔污、沉澱、生物處理、二次沉澱和消毒。")),
    t("activated_sludge", "activated sludge|the activated sludge process|activated sludge process", "活性污泥|活性污泥法", ("Activated sludge is a treatment in which microbes in aerated tanks eat the organic matter.", "活性污泥法是在曝氣槽中用微生物分解有機物。"), ("Part of the settled sludge is returned to the tank to keep enough microbes.", "部分沉澱污泥會迴流到槽中,維持足夠的微生物。"), METCALF,
      why=("Activated sludge matters because most cities clean their sewage with it.", "活性污泥法很重要,因為多數城市用它處理污水。")),
    t("sludge", "sludge|sewage sludge", "污泥|下水污泥", ("Sludge is the wet solid matter that is left over from water or wastewater treatment.", "污泥是水或廢水處理後留下的含水固體。"), ("Sludge is thickened, digested and dewatered before it is used or disposed of.", "污泥經濃縮、消化和脫水後再利用或處置。"), METCALF,
      cause=("Sludge comes from settling tanks and from microbes that grow in the treatment.", "污泥來自沉澱池和處理中生長的微生物。")),
    t("disinfection", "disinfection|water disinfection", "消毒|水的消毒", ("Disinfection kills or inactivates germs in water.", "消毒是殺死水中的病菌或使其失去活性。"), ("Chlorine, ozone and ultraviolet light are used.", "常用氯、臭氧或紫外線。"), METCALF,
      why=("Disinfection matters because it prevents diseases spread by water.", "消毒很重要,因為能防止水媒疾病。")),
    t("landfill", "landfill|a landfill|landfills", "掩埋場|垃圾掩埋場", ("A landfill is a place where waste is buried in layers above a sealed bottom.", "掩埋場是把廢棄物分層掩埋、底部防滲的場所。"), ("A landfill needs a liner, leachate collection and gas collection.", "掩埋場需要不透水布、滲出水收集和氣體收集。"), EPA_WASTE,
      why=("A landfill matters because waste without control pollutes soil and groundwater.", "掩埋場很重要,因為沒有控管的垃圾會污染土壤和地下水。")),
    t("leachate", "leachate|landfill leachate", "滲出水|垃圾滲出水|滲濾液", ("Leachate is polluted water that has seeped through waste in a landfill.", "滲出水是流過掩埋場垃圾後受污染的水。"), ("Leachate must be collected and treated; it often has high COD and ammonia.", "滲出水須收集處理,常有高 COD 和高氨氮。"), EPA_WASTE,
      cause=("Leachate forms when rain seeps through waste.", "雨水滲過垃圾就會形成滲出水。"), reduce=("Leachate is reduced by covering the waste and leading rain away.", "覆蓋垃圾並排開雨水可減少滲出水。"), harm=("Leachate is harmful because it can pollute groundwater and rivers.", "滲出水有害,因為會污染地下水和河川。")),
    t("incineration", "incineration|waste incineration", "焚化|垃圾焚化", ("Incineration is the controlled burning of waste at high temperature.", "焚化是在高溫下有控制地燃燒廢棄物。"), ("It makes waste much smaller and can produce electricity; ash remains.", "它能大幅減少體積並發電,但會留下灰渣。"), EPA_WASTE,
      why=("Incineration matters where land for landfills is scarce.", "在掩埋用地不足的地方,焚化很重要。")),
    t("dioxin", "dioxins|dioxin", "戴奧辛", ("Dioxins are very toxic chlorine compounds that form mainly during burning.", "戴奧辛是劇毒的含氯化合物,主要在燃燒時生成。"), ("Dioxins stay long in the environment and collect in fat.", "戴奧辛在環境中長期存在,並累積在脂肪中。"), WHO_DIOXIN,
      cause=("Dioxins come from uncontrolled burning of waste, smelting and other industry.", "戴奧辛來自露天燃燒、冶煉和其他工業。"), reduce=("Dioxins are reduced by hot, complete burning and good exhaust cleaning.", "高溫完全燃燒和良好的廢氣處理可減少戴奧辛。"), harm=("Dioxins are harmful because they can cause cancer and disturb the immune system.", "戴奧辛有害,因為可能致癌並影響免疫系統。")),
    t("recycling", "recycling", "回收|資源回收", ("Recycling turns used materials into new products instead of waste.", "資源回收是把用過的材料再製成新產品。"), ("First reduce, then reuse, then recycle.", "先減量,再重複使用,最後才回收。"), EPA_WASTE,
      why=("Recycling matters because it saves raw materials and energy.", "資源回收很重要,因為能節省原料和能源。")),
    t("circular_economy", "circular economy|a circular economy|the circular economy", "循環經濟", ("A circular economy keeps materials in use as long as possible and avoids waste.", "循環經濟是讓材料盡量循環使用、避免浪費。"), ("Products are made to last, to be repaired and to be recycled.", "產品設計成耐用、可修、可回收。"), "European Parliament and US EPA pages on circular economy",
      why=("A circular economy matters because raw materials are limited.", "循環經濟很重要,因為原料有限。")),
    t("biodiversity", "biodiversity|biological diversity", "生物多樣性", ("Biodiversity is the variety of life: of genes, species and ecosystems.", "生物多樣性是生命的多樣,包括基因、物種和生態系。"), ("It is threatened by loss of habitat, pollution, invasive species and climate change.", "棲地消失、污染、外來種和氣候變遷都會威脅它。"), CBD,
      why=("Biodiversity matters because food, clean water and stable nature depend on it.", "生物多樣性很重要,因為食物、淨水和穩定的自然都靠它。")),
    t("wetland", "wetland|a wetland|wetlands", "濕地", ("A wetland is land covered or soaked with water, such as a marsh, a swamp or a tidal flat.", "濕地是被水覆蓋或浸潤的土地,如沼澤和潮間帶。"), ("Wetlands clean water, hold back floods and feed many birds.", "濕地能淨化水質、滯洪,並養育許多鳥類。"), RAMSAR,
      why=("Wetlands matter because they clean water and shelter many species.", "濕地很重要,因為能淨水並庇護許多物種。")),
    t("background", "background concentration|the background concentration|background level", "背景濃度|背景值", ("The background concentration is what is present without the source that is being studied.", "背景濃度是沒有所評估的排放源時原有的濃度。"), ("A model's increase is added to the background to get the total.", "把模式增量加上背景濃度就是總濃度。"), EPA_MODEL,
      why=("The background concentration matters because limits apply to the total.", "背景濃度很重要,因為標準看的是總濃度。")),
    t("detection_limit", "detection limit|the detection limit|limit of detection|a detection limit", "偵測極限|方法偵測極限", ("The detection limit is the smallest amount that a method can tell from nothing.", "偵測極限是方法能與空白區分的最小量。"), ("Lower results are written as not detected (ND).", "低於它的結果寫成未檢出(ND)。"), IUPAC,
      why=("The detection limit matters because not detected does not mean zero.", "偵測極限很重要,因為未檢出不代表是零。")),
    t("dust_suppression", "dust suppression|dust control", "揚塵抑制|抑制揚塵|揚塵防制", ("Dust suppression keeps dust from rising, for example by watering and covering.", "揚塵抑制是防止灰塵飛揚,例如灑水和覆蓋。"), ("On building sites one also washes the wheels of trucks.", "工地還會清洗卡車輪胎。"), "Taiwan 營建工程空氣污染防制設施管理辦法",
      why=("Dust suppression matters because construction dust is a source of PM10.", "揚塵抑制很重要,因為工地揚塵是 PM10 的來源。")),
    t("electrostatic_precipitator", "electrostatic precipitator|an electrostatic precipitator|ESP", "靜電集塵器|ESP", ("An electrostatic precipitator charges dust and collects it on plates.", "靜電集塵器使粉塵帶電,並收集在極板上。"), ("It cleans large amounts of gas with little pressure loss.", "它能處理大量氣體,壓力損失小。"), "US EPA, Air Pollution Control Technology Fact Sheets",
      why=("An electrostatic precipitator matters because it removes most dust from the gas of power stations.", "靜電集塵器很重要,因為能除去發電廠廢氣中大部分粉塵。")),
    t("bag_filter", "bag filter|a bag filter|baghouse|a baghouse", "袋式集塵器|濾袋集塵器", ("A bag filter holds back dust from exhaust gas with fabric bags.", "袋式集塵器用濾布袋攔下廢氣中的粉塵。"), ("Pulses of air shake the dust off the bags.", "以脈衝空氣把濾袋上的粉塵抖落。"), "US EPA, Air Pollution Control Technology Fact Sheets",
      why=("A bag filter matters because it also catches very fine dust.", "袋式集塵器很重要,因為連很細的粉塵也能攔下。")),
    t("ecosystem", "ecosystem|an ecosystem|ecosystems", "生態系|生態系統", ("An ecosystem is a community of living things together with their environment.", "生態系是生物群落與其環境的整體。"), ("Energy flows through it and matter goes round.", "能量在其中流動,物質在其中循環。"), CBD,
      why=("Ecosystems matter because they give us air, water and food.", "生態系很重要,因為它供給空氣、水和食物。")),
    t("renewable_energy", "renewable energy|renewables", "再生能源", ("Renewable energy comes from sources that renew themselves, such as sun, wind and water.", "再生能源來自能自然更新的來源,如太陽、風和水。"), ("It emits little CO2 in operation.", "它在運轉時排放很少的 CO2。"), IPCC,
      why=("Renewable energy matters because it replaces coal, oil and gas.", "再生能源很重要,因為能取代煤、石油和天然氣。")),
    t("land_subsidence", "land subsidence|subsidence", "地層下陷", ("Land subsidence is the sinking of the ground.", "地層下陷是地面下沉的現象。"), ("It makes floods and salt water more likely near the coast.", "它使沿海更容易淹水和海水入侵。"), "USGS Water Science School: Land Subsidence",
      cause=("Land subsidence is often caused by pumping too much groundwater.", "地層下陷常由超抽地下水造成。"), reduce=("Land subsidence is reduced by pumping less groundwater.", "減少抽取地下水可減緩地層下陷。"), harm=("Land subsidence is harmful because it brings floods and damages buildings.", "地層下陷有害,因為會造成淹水並損壞建築。")),
    t("odour", "odour|odor|odour pollution", "異味|臭味", ("Odour pollution is unpleasant smell in the air, for example from farms or treatment plants.", "異味污染是空氣中的難聞氣味,例如來自養殖場或處理廠。"), ("It is measured by people who smell diluted samples.", "以嗅覺判定員聞稀釋樣品來測定。"), "EN 13725; Taiwan 異味污染物官能測定法",
      reduce=("Odour is reduced with covers, scrubbers, biofilters or activated carbon.", "可用加蓋、洗滌塔、生物濾床或活性碳降低異味。"), harm=("Odour is harmful because it disturbs people and can cause headaches.", "異味有害,因為會干擾居民並可能引起頭痛。")),
)  # fmt: skip

COMPARISONS: tuple[Comparison, ...] = (
    against("BOD", "COD", "BOD|生化需氧量", "COD|化學需氧量", "BOD counts only what microbes break down; COD counts what a strong chemical oxidises, so COD is usually higher.", "BOD 只算微生物能分解的,COD 算強氧化劑能氧化的,所以 COD 通常較高。", STANDARD_METHODS),
    against("PM2.5", "PM10", "PM2.5|細懸浮微粒", "PM10|懸浮微粒", "PM2.5 are particles up to 2.5 micrometres, PM10 up to 10; PM2.5 is finer and goes deeper into the lungs.", "PM2.5 是 2.5 微米以下,PM10 是 10 微米以下;PM2.5 更細,會進入更深的肺部。", WHO),
    against("screening", "scoping", "篩選", "範疇界定", "Screening asks whether an EIA is needed; scoping asks what the EIA must study.", "篩選決定要不要環評,範疇界定決定環評要評估什麼。", IAIA),
    against("dB|decibel", "dB(A)|dBA", "dB|分貝", "dB(A)|dBA", "dB is the plain level; dB(A) is weighted like the human ear.", "dB 是未加權的音量,dB(A) 是依人耳特性加權的音量。", ISO_NOISE),
    against("NOx|nitrogen oxides", "SO2|sulfur dioxide", "NOx|氮氧化物", "SO2|二氧化硫", "NOx forms mostly in hot flames from the air's nitrogen; SO2 comes from sulfur in the fuel.", "NOx 多由高溫火焰中的氮生成,SO2 則來自燃料中的硫。", EPA_AIR),
    against("CO|carbon monoxide", "CO2|carbon dioxide", "CO|一氧化碳", "CO2|二氧化碳", "CO is a poisonous gas from incomplete burning; CO2 is a greenhouse gas from complete burning.", "CO 是燃燒不完全的有毒氣體,CO2 是完全燃燒產生的溫室氣體。", EPA_AIR),
    against("a landfill|landfill", "incineration", "掩埋|掩埋場", "焚化", "A landfill buries waste; incineration burns it and leaves ash.", "掩埋是把垃圾埋起來,焚化是燒掉並留下灰渣。", EPA_WASTE),
    against("groundwater", "an aquifer|aquifer", "地下水", "含水層", "Groundwater is the water; an aquifer is the layer of soil or rock that holds it.", "地下水是水,含水層是儲存地下水的土層或岩層。", FREEZE),
    against("an electrostatic precipitator", "a bag filter", "靜電集塵器", "袋式集塵器", "The precipitator collects dust with electric charge, the bag filter with fabric.", "靜電集塵器靠電荷收集粉塵,袋式集塵器靠濾布。", "US EPA, Air Pollution Control Technology Fact Sheets"),
    against("SS|suspended solids", "turbidity", "SS|懸浮固體", "濁度", "SS is the mass of particles in water; turbidity is the light that they scatter.", "SS 是水中顆粒的重量,濁度是顆粒散射光的程度。", EPA_WATER),
    against("noise", "vibration", "噪音", "振動", "Noise is unwanted sound in the air; vibration is the shaking of the ground or of buildings.", "噪音是空氣中不想要的聲音,振動是地面或建築的晃動。", ISO_NOISE),
    against("sludge", "leachate", "污泥", "滲出水", "Sludge is wet solid matter from treatment; leachate is polluted water from a landfill.", "污泥是處理後的含水固體,滲出水是掩埋場的污水。", METCALF),
)  # fmt: skip

NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": (
        "mercury vapour analysers", "polyaromatic hydrocarbons", "radon", "asbestos", "microplastics", "PFAS", "light pollution", "the Montreal Protocol", "the Kyoto Protocol", "ISO 50001", "life cycle costing", "membrane bioreactors", "anammox", "reverse osmosis",
        "black carbon", "the Reynolds number", "a heat pump", "zeolite", "salinity", "hardness of water", "chlorophyll", "coliforms", "the Richter scale", "glaciers", "coral bleaching", "nuclear waste", "TOC", "HVAC", "ESG", "a cyclone separator",
    ),
    "zh": (
        "多環芳香烴", "氡氣", "石綿", "微塑膠", "全氟化物", "光害", "蒙特婁議定書", "京都議定書", "ISO 50001", "薄膜生物反應器", "厭氧氨氧化", "逆滲透", "黑碳", "雷諾數", "熱泵", "沸石", "鹽度", "水的硬度", "葉綠素", "大腸桿菌群", "芮氏規模", "冰川", "珊瑚白化", "核廢料", "TOC", "ESG", "旋風集塵器", "生質能", "地熱", "碳權",
    ),
}  # fmt: skip
