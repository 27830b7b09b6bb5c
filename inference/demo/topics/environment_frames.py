# ruff: noqa: E501 - a table: one entry stays on one line
"""The wordings in which people ask about a term of the environment."""

from __future__ import annotations

from inference.demo.segment import Language

FRAMES: dict[str, dict[Language, tuple[str, ...]]] = {
    "definition": {
        "en": (
            "what is {}?", "what's {}?", "what does {} [mean|stand for]?", "what is [meant by|the meaning of|the definition of] {}?", "[define|explain|describe] {}", "[definition|meaning|explanation] of {}[, please|]?", "[can|could] you [explain|define|describe] {}[ to me|]?", "[tell me|say] what {} [is|means]",
            "[tell|teach] me about {}", "I [don't|do not] [know|understand] [what {} is|{}]", "what do [you|we|people|experts|engineers] [mean|understand] by {}?", "what exactly is {}?", "{}?", "{}, what is [that|it]?", "[explain|describe] {} [briefly|simply|in one sentence|in simple words|to a beginner]", "how [would|do] you [define|explain] {}?", "what is {} in [environmental engineering|simple words|short|one sentence|an assessment]?",
            "I [want|need|would like] to [know|understand|learn] what {} is", "what [should|must] I know about {}?", "[help me understand|please explain to me] {}", "I [read|heard|saw] the [word|term] {}, what [is it|does it mean]?", "what is the [term|word] {}?", "do you know what {} is?", "what is this {} [everyone talks about|in the report|thing]?", "my [boss|report|teacher|colleague] [mentions|talks about] {}, what is it?", "give me [a|the] [definition|short definition|explanation] of {}", "in [short|one sentence], {}?", "have you heard of {}?", "so {} is what?", "what kind of thing is {}?",
        ),
        "zh": (
            "[什麼是|何謂|啥是]{}?", "{}是[什麼|什麼意思|什麼東西|啥|指什麼]?", "{}的[定義|意思|意義][是什麼|]?", "[解釋|說明|介紹|定義][一下|]{}", "請[解釋|說明|介紹|定義][一下|]{}", "{}[代表|表示]什麼[|意思]?", "[可以|能不能|能][解釋|說明|介紹][一下|]{}嗎?", "[告訴我|我想知道|我想了解]{}是什麼", "我[不懂|不知道|不了解|不清楚]{}[|是什麼]", "{}?", "{}[到底|究竟|具體]是什麼?", "[用一句話|簡單|簡短|用簡單的話][說明|解釋|介紹]{}", "{}[是怎麼回事|怎麼解釋|怎麼定義]?", "[報告裡|環評裡|新聞說]的{}是什麼?", "所謂{}是什麼?", "你知道{}是什麼嗎?", "{}這個[詞|名詞|術語]是什麼意思?", "[常聽到|看到]{},那是什麼?", "[教我|跟我說]什麼是{}", "請問{}的意思", "{}要怎麼[理解|解釋]?", "[幫我|請幫我]解釋{}", "給我{}的定義", "老闆提到{},那是什麼?", "談談{}", "{}指的是什麼?", "什麼叫做{}?",
        ),
    },
    "more": {
        "en": (
            "tell me more[| about {}| about it| about that]", "[and|] what else[| about {}| do you know about {}]?", "[more|more please|more details|more, please]", "[can|could] you [tell me|say|explain] more[| about {}| about it]?", "[anything|something] else[| about {}| about it]?", "[go on|continue|please go on|carry on][| with {}]", "[give|tell] me [another|one more] fact[| about {}| about it]", "what [more|else] [should|can|must] I know[| about {}| about it]?", "I [want|would like|need] to know more[| about {}| about it]", "[explain|describe] [it|that|{}] [further|more|in more detail|a bit more]", "[interesting|ok|good|I see], [tell me more|and what else|go on|more]", "is there more to [know|say][| about {}| about it]?", "[please add|add] [something|a fact][| about {}]", "one more [thing|fact|detail][| about {}]?", "say [something more|a bit more][| about {}]", "do you know [anything|something] more[| about {}| about it]?", "a little more[| about {}], please", "what else is [important|known|there][| about {}]?",
        ),
        "zh": (
            "[再|]多[說|講|告訴我]一[點|些][|關於{}的事]", "還有[呢|嗎|什麼|別的嗎|其他的嗎]?", "[繼續|接著說|請繼續|再來]", "可以[再|]多[說|說明|解釋|介紹][一點|一些]{}嗎?", "[關於|有關]{}[還有什麼|還知道什麼|再多說一點]?", "[再|還要]補充[一點|一些|說明]", "{}還有[什麼|哪些][重點|要知道的|特點]?", "我想[多|再多][知道|了解]一[點|些][|{}]", "再[說|講]一個[重點|事實|特點]", "[有趣|好|原來如此|了解],[再多說一點|還有呢|然後呢]?", "[更多|更多資訊|更多說明]", "[說|講]得[詳細|清楚]一點", "[請|可以]再詳細[說明|解釋]嗎?", "然後呢?", "除此之外呢?", "還有其他[資訊|說明]嗎?", "多介紹一下{}",
        ),
    },
    "unit": {
        "en": (
            "what is the unit of {}?", "what unit [does {} have|is used for {}|is {} measured in]?", "in which unit is {} [measured|given|expressed|reported]?", "how is {} [measured|expressed|given]?", "{} is [measured|given] in what?", "[tell me|give me] the unit of {}", "[the|] unit of {}[, please|]?", "which unit [do I use|is used|is right] for {}?", "in what is {} [measured|expressed]?", "what are the units of {}?", "what unit should I write [for|after] {}?", "{}: unit?", "how do you [write|report] {}, in which unit?", "does {} have a unit?",
        ),
        "zh": (
            "{}的單位[是什麼|是|為何|]?", "{}用什麼單位[表示|測量|計算|]?", "{}[以|用][什麼|哪種|哪個]單位?", "[測量|表示]{}的單位是什麼?", "[告訴我|說出]{}的單位", "{}要[寫|用]什麼單位?", "{}是用什麼來[表示|測量]的?", "{}有單位嗎?", "什麼單位[用來表示|用於]{}?", "{}的[測量單位|計量單位]是什麼?", "單位:{}?", "{}怎麼表示、用什麼單位?", "報告裡{}的單位要寫什麼?",
        ),
    },
    "cause": {
        "en": (
            "what causes {}?", "where does {} come from?", "what is the [cause|source|origin|reason] of {}?", "what are the [causes|sources] of {}?", "how does {} [form|arise|come about|happen]?", "why is there {}?", "[tell me|name|list] the [causes|sources] of {}", "[causes|sources] of {}[, please|]?", "from what does {} come?", "what [makes|produces|creates|leads to] {}?", "how is {} [formed|produced|made|caused]?", "who or what [causes|produces] {}?", "what is behind {}?", "what is {} caused by?", "what are the main [sources|causes] of {}?", "which [sources|things|activities] [cause|produce] {}?",
        ),
        "zh": (
            "{}[是怎麼|怎麼][來|產生|形成|造成]的?", "{}的[來源|成因|原因|起因][是什麼|有哪些|]?", "[什麼|哪些東西|哪些活動]會[造成|產生|引起]{}?", "{}從哪裡來[|的]?", "為什麼會有{}?", "是什麼[造成|引起]{}?", "[告訴我|說出|列出]{}的[來源|成因|原因]", "{}來自哪裡?", "{}的主要[來源|原因]是[什麼|哪些]?", "[造成|產生]{}的原因[是什麼|有哪些|]?", "{}是由什麼[造成|產生|引起]的?", "{}如何[形成|產生]?", "{}怎麼會[出現|發生]?", "哪裡會產生{}?",
        ),
    },
    "why": {
        "en": (
            "why is {} important?", "why does {} matter?", "why [do|should] [we|I|people] [care about|need to know|worry about] {}?", "what is the importance of {}?", "[tell me|explain] why {} [matters|is important]", "is {} important?", "importance of {}[, please|]?", "what makes {} important?", "why [must|should] [we|engineers|I] [consider|look at|think of] {}?", "for what reason is {} important?", "what is the [point|meaning] of {} for us?", "why is {} [relevant|of interest|an issue|a topic]?", "does {} matter?", "why all the talk about {}?", "[so|and] why is {} important?",
        ),
        "zh": (
            "{}為什麼[重要|這麼重要|要緊]?", "為什麼{}[重要|很重要|這麼重要]?", "為什麼要[注意|關心|在意|考慮|重視]{}?", "{}的重要性[是什麼|在哪裡|]?", "{}重要嗎?", "[告訴我|說明|解釋]{}為什麼重要", "{}有什麼重要[性|的]?", "{}[重要在|要緊在]哪裡?", "我們為什麼[需要|要][了解|管|談]{}?", "重視{}的原因是什麼?", "{}跟我們有什麼關係?", "何以{}重要?", "為何{}這麼[重要|受重視]?", "談{}有什麼意義?",
        ),
    },
    "harm": {
        "en": (
            "why is {} [bad|harmful|dangerous|a problem|unhealthy|not good]?", "is {} [bad|harmful|dangerous|a problem|unhealthy]?", "what [harm|damage] does {} [do|cause]?", "how does {} [harm|hurt|affect] [us|people|the environment|nature|health]?", "what are the [effects|dangers|risks|harms] of {}?", "what is [bad|harmful|dangerous|wrong] about {}?", "what is the [problem|danger|risk] with {}?", "why [should|must] I [fear|avoid] {}?", "[tell me|explain] why {} is [bad|harmful|dangerous]", "what [effect|effects] does {} have?", "[effects|dangers|risks] of {}[, please|]?", "is {} [good or bad|harmful to people|bad for us|toxic]?", "what does {} do to [us|people|my body|nature|the environment]?", "why do people worry about {}?", "who or what is harmed by {}?", "can {} [hurt|harm] [me|us|people]?",
        ),
        "zh": (
            "{}[有什麼|有哪些|的][危害|害處|壞處|影響|風險|壞影響][|是什麼]?", "{}為什麼[不好|有害|危險|是問題]?", "為什麼{}[不好|有害|危險|很糟]?", "{}[有害|危險|有毒|不好|對人有害]嗎?", "{}會[造成|帶來]什麼[影響|危害|傷害|問題]?", "{}對[人|人體|健康|環境|生物]有什麼[影響|危害|傷害]?", "{}[會|怎麼]傷害[人|環境|我們]?", "[告訴我|說明]{}的[危害|壞處]", "{}[可怕|嚴重]在哪裡?", "{}有什麼問題?", "為什麼要[擔心|怕|避免]{}?", "{}太多會怎樣?", "{}會影響[健康|環境]嗎?", "{}到底哪裡不好?",
        ),
    },
    "reduce": {
        "en": (
            "how can [we|I|you|one|a plant] reduce {}?", "how [is|can] {} [be|] [reduced|lowered|controlled|removed]?", "how do [we|you|I] [reduce|lower|control|fight|treat] {}?", "what [can we do|could we do|can be done|should we do] against {}?", "what [helps|works] against {}?", "how to [reduce|lower|control|avoid|prevent] {}?", "[tell me|explain] how to [reduce|lower|control] {}", "[ways|measures|methods] to [reduce|lower|control] {}[, please|]?", "what reduces {}?", "which [measures|methods|techniques] [reduce|lower|control] {}?", "what is done [against|about] {}?", "how do we get less {}?", "is there a [way|method] to [reduce|lower] {}?", "we have [a problem with|too much] {}, what helps?", "can {} be [reduced|lowered|avoided]?",
        ),
        "zh": (
            "[怎麼|如何|怎樣|要怎麼][減少|降低|控制|防治|處理|改善]{}?", "{}[怎麼|如何|要怎麼][減少|降低|控制|防治|處理|改善]?", "有什麼[方法|辦法|措施][可以|能|][減少|降低|控制]{}?", "[減少|降低|控制]{}的[方法|措施|辦法][有哪些|是什麼|]?", "[告訴我|說明]如何[減少|降低]{}", "{}太[多|高|嚴重][,|][怎麼辦|該怎麼辦]?", "什麼[方法|]能[減少|降低]{}?", "{}可以[減少|降低|避免|控制]嗎?", "要[減少|降低]{}該怎麼做?", "對付{}有什麼[辦法|方法]?", "怎麼[避免|防止]{}?", "如何才能少一點{}?", "哪些措施對{}有效?",
        ),
    },
    "limit": {
        "en": (
            "what is the [limit|guideline|WHO guideline|WHO limit|standard|recommended value] [of|for] {}?", "how much {} is [allowed|safe|healthy|ok]?", "which [limit|guideline] [applies to|is there for|exists for] {}?", "what does the WHO [say|recommend] [about|for] {}?", "[tell|give] me the [WHO guideline|guideline|limit] [for|of] {}", "is there a [limit|guideline|standard] for {}?", "{} [limit|guideline|WHO guideline][, please|]?", "what level of {} is [good|acceptable|safe|too high]?", "which {} value is [good|safe]?", "how high may {} be?", "when is {} too high?", "what are the guideline values for {}?",
        ),
        "zh": (
            "{}的[標準|指引值|建議值|限值|WHO 指引值|WHO 標準][是多少|是什麼|]?", "{}多少[算安全|才安全|算超標|以下才健康]?", "WHO [建議|對]{}[的標準|的建議值|的指引值][是多少|]?", "{}有[標準|限值|指引值]嗎?", "{}[最高|最多]可以到多少?", "[告訴我|說出]{}的[標準|指引值]", "{}的[安全值|容許值|上限]是多少?", "{}超過多少不好?", "世界衛生組織對{}怎麼[建議|說|規定]?", "{}要低於多少?", "怎樣的{}算太高?", "{}的健康標準是多少?",
        ),
    },
    "steps": {
        "en": (
            "what are the [steps|stages|phases] of {}?", "[which|what] [steps|stages|phases] does {} have?", "how does {} [work|proceed|go on]?", "[list|name|tell me] the [steps|stages|phases] of {}", "how many [steps|stages] does {} have?", "[steps|stages|phases] of {}[, please|]?", "[describe|explain] the [process|procedure|course|steps] of {}", "in which [order|steps] does {} go?", "what happens in {}, step by step?", "how is {} [done|carried out|made|performed]?", "what is the [process|procedure|sequence] of {}?", "what comes first in {}, and what then?", "from start to end, how does {} go?", "which stages are part of {}?",
        ),
        "zh": (
            "{}的[步驟|流程|程序|階段|過程][是什麼|有哪些|]?", "{}[要經過|有|包括|分成][哪些|幾個|什麼][步驟|階段|程序]?", "{}[怎麼|如何][進行|做|運作]?", "[列出|說出|告訴我|說明]{}的[步驟|流程|程序]", "{}是怎麼[做|進行]的?", "{}的[先後順序|順序]是什麼?", "做{}要[哪些|幾個]步驟?", "{}一步一步怎麼做?", "{}的整個[流程|過程]是什麼?", "{}先做什麼、再做什麼?", "[介紹|解釋]一下{}的[流程|步驟]", "{}從頭到尾怎麼走?", "進行{}的步驟有哪些?",
        ),
    },
    "difference": {
        "en": (
            "what is the difference between {a} and {b}?", "what's the difference between {a} and {b}?", "how [is|are] {a} different from {b}?", "{a} [or|vs|versus|vs.] {b}?", "[compare|contrast] {a} [and|with|to] {b}", "[difference|differences] between {a} and {b}[, please|]?", "how [do|does] {a} differ from {b}?", "[is|are] {a} the same as {b}?", "what distinguishes {a} from {b}?", "I [confuse|mix up] {a} and {b}", "[explain|tell me] the difference between {a} and {b}", "{a} and {b}: what is the difference?", "are {a} and {b} the same?", "why [is there|do we need] both {a} and {b}?", "in what way is {a} not {b}?", "how can I tell {a} from {b}?",
        ),
        "zh": (
            "{a}[和|跟|與]{b}[有什麼|的]差[別|異][|在哪裡|是什麼]?", "{a}[和|跟|與]{b}[有什麼不同|哪裡不同|差在哪|差在哪裡|怎麼分]?", "[比較|比較一下]{a}[和|跟|與]{b}", "{a}[和|跟|與]{b}[一樣|相同|是同一個東西]嗎?", "[說明|解釋|告訴我]{a}[和|與]{b}的[差別|不同|差異]", "[怎麼|如何]區分{a}[和|跟|與]{b}?", "{a} vs {b}?", "我[分不清|搞不清楚|常搞混]{a}[和|跟]{b}", "{a}不同於{b}的地方是什麼?", "{a}和{b}[的區別|不同之處][是什麼|]?", "{a}還是{b},有差嗎?", "為什麼要分{a}和{b}?", "{a}就是{b}嗎?",
        ),
    },
}  # fmt: skip
