# ruff: noqa: E501 - a table: one entry stays on one line
"""The wordings in which people ask for plain facts."""

from __future__ import annotations

from inference.demo.segment import Language

FRAMES: dict[str, dict[Language, tuple[str, ...]]] = {
    "capital": {
        "en": (
            "what is the capital [city|] of {}?", "what's the capital [city|] of {}?", "which city is the capital of {}?", "[name|tell me|give me] the capital of {}", "[the|] capital of {}", "what is the capital in {}?", "{} has which capital?",
            "what capital does {} have?", "do you know the capital of {}?", "what city is [the capital of|] {}'s capital?", "[can|could] you [name|tell me] the capital of {}?", "which is the capital [city|] of {}?", "I [need|want to know|am looking for] the capital of {}", "what is {}'s capital?", "{}: capital?", "capital city of {}[, please|]?", "what do you call the capital of {}?", "what is the name of {}'s capital?", "where is the government of {}, in which capital?", "for {}, what is the capital?", "if I go to the capital of {}, which city is it?", "the capital of {} is [called|]?", "what is the main city, the capital, of {}?",
        ),
        "zh": (
            "{}的首都是[哪裡|什麼|哪個城市|哪一個城市|哪]?", "{}的首都在哪[裡|]?", "[哪裡|哪個城市|什麼城市]是{}的首都?", "{}首都[是哪裡|是什麼|在哪裡|]?", "[告訴我|說出|請說|我想知道]{}的首都", "{}的首都[叫什麼|叫什麼名字|是]?", "你知道{}的首都[是哪裡|]嗎?", "首都:{}?", "{}以[哪裡|哪個城市]為首都?", "可以告訴我{}的首都嗎?", "{}的首都城市是[哪裡|哪個]?", "{}首都的名字是什麼?", "{}把首都設在哪[裡|個城市]?", "如果去{}的首都,是到哪個城市?", "{}的首府、也就是首都,是哪裡?", "說到{},首都是哪裡?", "{}這個國家的首都是哪裡?", "要找{}的首都",
        ),
    },
    "country": {
        "en": (
            "{} is the capital of [which|what] country?", "which country has the capital {}?", "of [which|what] country is {} the capital?", "[which|what] country's capital is {}?", "what country is {} the capital of?", "{}: capital of which country?", "to which country does the capital {} belong?", "{} is the capital of what?", "which country is governed from {}?", "[tell me|name] the country whose capital is {}", "in which country is the capital {}?", "whose capital is {}?", "what country has {} as its capital?", "the capital {} is in which country?", "do you know which country has {} as capital?", "for which country is {} the capital?",
        ),
        "zh": (
            "{}是[哪個|哪一個|什麼]國家的首都?", "哪個國家的首都是{}?", "{}是哪國的首都?", "首都是{}的[是|國家是][哪個國家|哪一國]?", "哪一國以{}為首都?", "[說出|告訴我]首都是{}的國家", "{}這個首都在哪個國家?", "首都{}屬於哪個國家?", "什麼國家的首都叫{}?", "{}是誰的首都?", "你知道{}是哪國首都嗎?", "把{}當首都的是哪個國家?", "{}是首都,是哪個國家的?", "{}作為首都,屬於哪一國?",
        ),
    },
    "symbol": {
        "en": (
            "what is the [chemical|] symbol [of|for] {}?", "what's the [chemical|] symbol [of|for] {}?", "which symbol [has|stands for|does] {}?", "how is {} [written|abbreviated] [in chemistry|in the periodic table|as a symbol]?", "[tell|give] me the symbol [of|for] {}", "[chemical|] symbol [of|for] {}[, please|]?", "what letters stand for {}[ in the periodic table|]?", "what is {} in the periodic table?", "how do you write {} as a chemical symbol?", "the element {} has which symbol?", "{}: symbol?", "what is the abbreviation [of|for] {}?", "which letters [mean|stand for] {}?", "do you know the symbol [of|for] {}?", "what is the formula sign for {}?", "the symbol [of|for] {} is?", "how do chemists write {}?", "what sign does the element {} have?", "what is {}'s [chemical|] symbol?", "I need the [chemical|] symbol [of|for] {}", "under which letters do I find {}?",
        ),
        "zh": (
            "{}的[化學|元素|]符號是[什麼|哪個|]?", "{}的符號[怎麼寫|是|]?", "[什麼|哪個]符號[代表|表示|是]{}?", "{}在[週期表|元素週期表]裡[怎麼寫|是什麼符號|的符號是什麼]?", "[告訴我|說出|給我]{}的[化學符號|元素符號|符號]", "{}[用什麼字母|用哪個符號]表示?", "元素{}的符號是什麼?", "{}這個元素[怎麼寫|的符號是什麼]?", "你知道{}的[化學符號|元素符號]嗎?", "化學符號:{}?", "{}的縮寫是什麼?", "{}的英文符號是什麼?", "化學上{}怎麼[寫|表示]?", "我需要{}的化學符號", "哪[幾個|個]字母是{}?", "要怎麼用符號寫{}?", "{}元素符號", "代表{}的字母是?",
        ),
    },
    "element": {
        "en": (
            "which element [has the symbol|is|is written as] {}?", "what element [has the symbol|is|is written as] {}?", "what does the [chemical|] symbol {} [mean|stand for]?", "what is {} in chemistry?", "{} is [which|what] element?", "{} is the symbol [of|for] [which|what] element?", "[tell me|name] the element with the symbol {}", "what is the name of the element {}?", "the symbol {} [means|stands for] what?", "for which element does {} stand?", "[to|] which element does the symbol {} belong[| to]?", "what chemical element is {}?", "element {}?", "what is the element {} called?", "if I see {} in the periodic table, which element is it?", "the chemical symbol {}, which element?",
        ),
        "zh": (
            "{}是[哪個|什麼|哪一個|哪種][元素|化學元素]?", "[化學符號|元素符號|符號] {} [代表|是|表示][什麼|哪個元素|什麼元素]?", "哪個元素的符號是 {}?", "元素 {} [是什麼|叫什麼]?", "[說出|告訴我]符號是 {} 的元素", "化學裡的 {} 是什麼?", "{} 是什麼元素的符號?", "週期表裡的 {} 是[什麼|哪個元素]?", "符號 {} 的元素叫什麼[名字|]?", "{} 的元素名稱是什麼?", "{} 的中文[名稱|名字|]是什麼元素?", "什麼元素寫成 {}?", "{} 這個化學符號是什麼意思?", "用 {} 表示的元素是?",
        ),
    },
    "number": {
        "en": (
            "what is the atomic number of {}?", "what's the atomic number of {}?", "which atomic number [has|does] {}[| have]?", "how many protons [has|does] {}[| have]?", "[tell|give] me the atomic number of {}", "atomic number of {}[, please|]?", "what number is {} in the periodic table?", "what number does {} have [in the periodic table|]?", "{}: atomic number?", "at which [place|position] of the periodic table is {}?", "how many protons are in {}?", "do you know the atomic number of {}?", "the atomic number of {} is?", "which number does the element {} have?", "what is {}'s atomic number?", "count the protons of {}",
        ),
        "zh": (
            "{}的原子序是[多少|幾|什麼]?", "{}的原子序[數|]?", "{}有幾個質子?", "[告訴我|說出|給我]{}的原子序", "{}在週期表[排第幾|是第幾號|是幾號|第幾個]?", "{}是[第幾號|幾號]元素?", "原子序:{}?", "{}這個元素的原子序是多少?", "你知道{}的原子序嗎?", "{}的質子[數|數目]是多少?", "元素{}的[編號|號碼|序號]是多少?", "{}的原子核有幾個質子?", "週期表中{}的號碼是?", "我想知道{}是幾號元素",
        ),
    },
    "unit": {
        "en": (
            "how many {small} [are in|are there in|make|are|make up] [a|one|1] {large}?", "how many {small} [does|has] [a|one] {large}[| have]?", "[a|one|1] {large} [is|has|equals|contains] how many {small}?", "what is [a|one|1] {large} in {small}?", "[convert|change] [one|1] {large} [to|into] {small}", "{small} in [a|one|1] {large}?", "[one|1] {large} in {small}[, please|]?", "[tell|give] me the {small} in [a|one] {large}", "how much is [a|one|1] {large} in {small}?", "number of {small} in [a|one] {large}", "into how many {small} can I divide [a|one] {large}?", "[a|one] {large} is made of how many {small}?", "do you know how many {small} [a|one] {large} has?", "how many {small} to [a|one] {large}?", "for [a|one] {large}, how many {small} do I need?", "express [a|one|1] {large} in {small}",
        ),
        "zh": (
            "[1|一] {large}[等於|是|有|為][幾|多少] {small}?", "[1|一] {large}[換算成|換成|化成] {small}[是多少|]?", "[幾|多少] {small}[是|等於|為] [1|一] {large}?", "把 [1|一] {large}[換成|換算成] {small}", "[1|一] {large}[總共|一共|共]有[幾|多少] {small}?", "{large}和 {small}怎麼換算?", "[1|一] {large}裡有[幾|多少] {small}?", "[1|一] {large} = [幾|多少|?] {small}", "[告訴我|說出] [1|一] {large}有多少 {small}", "[1|一] {large}相當於[幾|多少] {small}?", "[1|一] {large}可以分成幾 {small}?", "用 {small}表示 [1|一] {large}", "{large}換 {small}?", "一個 {large}多少 {small}?",
        ),
    },
    "convert": {
        "en": (
            "how many {to} [are|are in|make|are there in] {n} {from}?", "[convert|change|turn] {n} {from} [to|into] {to}", "what [is|are] {n} {from} in {to}?", "{n} {from} in {to}[, please|]?", "{n} {from} [to|=|equals|is how many|are how many] {to}?", "how much [is|are] {n} {from} in {to}?", "[express|write|give] {n} {from} in {to}", "I have {n} {from}, how many {to} is that?", "{n} {from}, how many {to}?", "if I have {n} {from}, what is that in {to}?", "[calculate|compute|tell me] {n} {from} in {to}", "can you convert {n} {from} [to|into] {to}?", "please convert {n} {from} [to|into] {to}", "how many {to} do {n} {from} have?", "{n} {from} correspond to how many {to}?", "what do {n} {from} give in {to}?", "I need {n} {from} in {to}", "the {to} in {n} {from}?",
        ),
        "zh": (
            "{n} {from}[等於|是|有|為][幾|多少] {to}?", "{n} {from}[換算成|換成|化成|轉成] {to}[是多少|]?", "[把|將] {n} {from}[換成|換算成|轉成] {to}", "{n} {from}[總共|一共|共]是[幾|多少] {to}?", "[幾|多少] {to}[是|等於] {n} {from}?", "{n} {from} = [幾|多少|?] {to}", "我有 {n} {from},是[幾|多少] {to}?", "[請|幫我|請幫我]換算 {n} {from}成 {to}", "{n} {from}相當於[幾|多少] {to}?", "用 {to}表示 {n} {from}", "[算一下|計算] {n} {from}是多少 {to}", "{n} {from}用 {to}來算是多少?", "{n} {from}的話是幾 {to}?", "想把 {n} {from}變成 {to}", "{n} {from}合[幾|多少] {to}?",
        ),
    },
    "opposite": {
        "en": (
            "what is the opposite of {}?", "what's the opposite of {}?", "which word is the opposite of {}?", "[tell|give] me the opposite of {}", "[the|] opposite of {}[, please|]?", "what is the contrary of {}?", "the opposite of {} is?", "[what is|which word is] opposite to {}?", "do you know the opposite of {}?", "{}: opposite?", "say the opposite of {}", "not {} but?", "what word means the opposite of {}?", "name the opposite of {}", "if it is not {}, it is?", "find the opposite of {}",
        ),
        "zh": (
            "「{}」的相反[是什麼|詞是什麼|]?", "{}的相反[是什麼|詞是什麼|詞|是]?", "{}的反義詞[是什麼|是哪個|]?", "[告訴我|說出|給我]{}的[反義詞|相反詞]", "[什麼|哪個詞]是{}的相反[詞|]?", "和{}相反的[詞|字|]是什麼?", "{}的對義詞是什麼?", "與「{}」相反的詞是?", "不是{}那是什麼?", "你知道{}的[反義詞|相反詞]嗎?", "反義詞:{}?", "跟{}意思相反的是?", "「{}」反過來是什麼?", "{}相對的詞是什麼?",
        ),
    },
    "day_after": {
        "en": (
            "[what|which] day [comes|is] after {}?", "what is the day after {}?", "after {} comes which day?", "which day follows {}?", "what comes after {}?", "if today is {}, what is tomorrow?", "today is {}, what day is tomorrow?", "[tell me|name|say] the day after {}", "the day after {}[, please|]?", "and after {}?", "the next day after {} is?", "after {} is?", "when {} is over, what day is it?", "on {} evening we wait for which day?",
        ),
        "zh": (
            "{}的[隔天|後一天|明天|第二天]是[星期幾|什麼]?", "{}之後是[星期幾|什麼|哪一天]?", "{}後面是[星期幾|什麼]?", "如果今天是{},明天是[星期幾|什麼]?", "今天{},明天星期幾?", "[說出|告訴我]{}的[隔天|後一天]", "{}的下一天是[星期幾|什麼|]?", "{}過後是什麼[日子|]?", "過了{}是[星期幾|什麼]?", "接在{}後面的是星期幾?", "{}的次日是[星期幾|]?", "{}完了是星期幾?", "排在{}之後的是?",
        ),
    },
    "month_after": {
        "en": (
            "[what|which] month [comes|is] after {}?", "what is the month after {}?", "after {} comes which month?", "which month follows {}?", "if it is {} now, what is the next month?", "[tell me|name|say] the month after {}", "the month after {}[, please|]?", "the next month after {} is?", "it is {}, which month is next?", "when {} is over, which month is it?", "at the end of {} we wait for which month?", "which month begins when {} ends?", "what month do we have after {}?",
        ),
        "zh": (
            "{}之後是[幾月|哪個月|什麼月]?", "{}的下個月是[幾月|哪個月]?", "{}後面是[幾月|哪個月]?", "如果現在是{},下個月是幾月?", "現在{},下個月[是幾月|呢]?", "[說出|告訴我]{}的下一個月", "{}的下一個月[是|是幾月]?", "過了{}是[幾月|哪個月]?", "接在{}後面的是幾月?", "{}的次月是[幾月|]?", "{}結束後是幾月?", "排在{}之後的月份是?",
        ),
    },
}  # fmt: skip
