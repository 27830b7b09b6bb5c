# ruff: noqa: E501 - a table: one entry stays on one line
"""How people ask for sums: frames with {a} and {b}, and what lies beyond the model's arithmetic."""

from __future__ import annotations

from inference.demo.segment import Language

SUM: dict[Language, tuple[str, ...]] = {
    "en": (
        "{a} + {b}?", "{a} + {b} =?", "{a} + {b} = ?", "what is {a} + {b}?", "what's {a} + {b}?", "how much is {a} + {b}?",
        "what is {a} plus {b}?", "what's {a} plus {b}?", "how much is {a} plus {b}?", "{a} plus {b}?", "{a} plus {b} is what?",
        "[calculate|compute|work out|solve|find] {a} + {b}", "[calculate|compute|work out|find] {a} plus {b}",
        "add {a} and {b}", "add {a} to {b}", "add {b} to {a}", "add up {a} and {b}", "please add {a} and {b} for me",
        "[what is|what's|find|give me|I need|tell me] the sum of {a} and {b}?", "the sum of {a} and {b}?", "sum {a} and {b}",
        "[can|could] you [add|sum|add up] {a} and {b}?", "[can|could] you [calculate|compute|work out] {a} + {b}?",
        "what do {a} and {b} [make|make together|add up to|sum to]?", "what do you get if you add {a} and {b}?",
        "what is {a} and {b} [together|added together|in total|added up]?", "how much do {a} and {b} make [|together|in total]?",
        "if I add {a} and {b}, what do I get?", "[I have|I've got] {a} apples and [buy|get|find] {b} more, how many [do I have|apples do I have|are there]?",
        "{a} added to {b} [is|makes|gives] what?", "[help me|please] [add|calculate|compute] {a} + {b}", "what does {a} + {b} [equal|make|give|come to]?",
        "what does {a} plus {b} [equal|make|give|come to]?", "{a} plus {b} equals [what|how much]?", "{a} + {b} equals [what|how much]?",
        "the total of {a} and {b}?", "what is the total of {a} and {b}?", "[what is|give me] the result of {a} + {b}?",
        "do you know {a} + {b}?", "do you know what {a} plus {b} is?", "[can|could] you tell me {a} plus {b}?",
        "let's [do|try] {a} + {b}", "how about {a} + {b}?", "a sum: {a} + {b}?", "[I need|I want] {a} plus {b}",
        "if there are {a} cars and {b} more come, how many are there?", "put {a} and {b} together, how much is it?",
    ),
    "zh": (
        "{a} + {b}?", "{a} + {b} =?", "{a}+{b}=?", "{a}加{b}", "{a}加{b}是多少?", "{a}加{b}等於多少?", "{a}加{b}等於幾?", "{a}加{b}是幾?",
        "{a} + {b} 是多少?", "{a} + {b} 等於多少?", "{a} + {b} 等於幾?", "{a}加上{b}[是多少|等於多少|等於幾|會是多少|一共是多少]?",
        "[計算|請計算|幫我計算|請幫我計算|算|請算|幫我算|請幫我算|算一下|幫我算一下]{a}加{b}", "[計算|請計算|幫我計算|算|請算|幫我算|算一下] {a} + {b}",
        "{a}和{b}[加起來|相加|的和|加在一起|總共]是多少?", "{a}跟{b}[加起來|相加|加在一起]是多少?", "{a}與{b}[的和|相加|的總和]是多少?",
        "把{a}和{b}加起來", "把{a}和{b}加起來[是|等於]多少?", "{a}和{b}的和", "求{a}和{b}的和", "求{a}加{b}", "{a}再加{b}是多少?",
        "我有{a}個蘋果,[又買了|再買|又得到|再拿]{b}個,[一共|總共|共|現在]有幾個?", "{a}個加{b}個[是|一共是|總共]幾個?",
        "[可以|能|能不能]幫我算{a}加{b}嗎?", "[你會|會|你能]算{a}加{b}嗎?", "{a}加{b}的[結果|答案]是[多少|什麼]?", "{a} + {b} 的[結果|答案]?",
        "如果把{a}加上{b},會得到多少?", "{a}加{b}得多少?", "{a}加{b}[呢|咧]?", "[我想知道|告訴我|請告訴我]{a}加{b}[是多少|等於多少]?",
        "{a}元加{b}元是多少元?", "停了{a}輛車,又來了{b}輛,[一共|總共]有幾輛?", "{a}增加{b}[是|變成|後是]多少?", "{a}加{b}你會嗎?",
    ),
}
DIFFERENCE: dict[Language, tuple[str, ...]] = {
    "en": (
        "{a} - {b}?", "{a} - {b} =?", "{a} - {b} = ?", "what is {a} - {b}?", "what's {a} - {b}?", "how much is {a} - {b}?",
        "what is {a} minus {b}?", "what's {a} minus {b}?", "how much is {a} minus {b}?", "{a} minus {b}?", "{a} minus {b} is what?",
        "[calculate|compute|work out|solve|find] {a} - {b}", "[calculate|compute|work out|find] {a} minus {b}",
        "subtract {b} from {a}", "take {b} from {a}", "take {b} away from {a}", "[what is|how much is] {a} less {b}?", "deduct {b} from {a}",
        "[can|could] you subtract {b} from {a}?", "[can|could] you [calculate|compute|work out] {a} - {b}?",
        "what [is left|remains] if I take {b} from {a}?", "what do you get if you subtract {b} from {a}?",
        "[I have|I've got] {a} apples and [eat|give away|lose|sell] {b}, how many are left?", "what does {a} - {b} [equal|make|give|come to]?",
        "what does {a} minus {b} [equal|make|give|come to]?", "{a} minus {b} equals [what|how much]?", "{a} - {b} equals [what|how much]?",
        "[what is|give me] the result of {a} - {b}?", "do you know {a} - {b}?", "do you know what {a} minus {b} is?",
        "[can|could] you tell me {a} minus {b}?", "[help me|please] [subtract|calculate|compute] {a} - {b}", "let's [do|try] {a} - {b}",
        "how about {a} - {b}?", "a sum: {a} - {b}?", "[I need|I want] {a} minus {b}", "{a} take away {b}?", "what is {a} take away {b}?",
        "if {b} of {a} cars leave, how many are left?", "from {a} take {b}, what is left?",
    ),
    "zh": (
        "{a} - {b}?", "{a} - {b} =?", "{a}-{b}=?", "{a}減{b}", "{a}減{b}是多少?", "{a}減{b}等於多少?", "{a}減{b}等於幾?", "{a}減{b}是幾?",
        "{a} - {b} 是多少?", "{a} - {b} 等於多少?", "{a} - {b} 等於幾?", "{a}減去{b}[是多少|等於多少|等於幾|會是多少|剩多少]?",
        "[計算|請計算|幫我計算|請幫我計算|算|請算|幫我算|請幫我算|算一下|幫我算一下]{a}減{b}", "[計算|請計算|幫我計算|算|請算|幫我算|算一下] {a} - {b}",
        "{a}扣掉{b}[是|剩|還有|還剩]多少?", "{a}扣[掉|除]{b}等於多少?", "把{a}減掉{b}", "把{a}減去{b}[是|等於]多少?", "求{a}減{b}", "從{a}[減去|拿掉|扣掉]{b}剩多少?",
        "我有{a}個蘋果,[吃了|送了|賣了|丟了]{b}個,[還剩|剩下|還有]幾個?", "{a}個拿走{b}個[剩|還剩]幾個?", "[可以|能|能不能]幫我算{a}減{b}嗎?",
        "[你會|會|你能]算{a}減{b}嗎?", "{a}減{b}的[結果|答案]是[多少|什麼]?", "{a} - {b} 的[結果|答案]?", "如果{a}減掉{b},會得到多少?",
        "{a}減{b}得多少?", "{a}減{b}[呢|咧]?", "[我想知道|告訴我|請告訴我]{a}減{b}[是多少|等於多少]?", "{a}元用掉{b}元,[還剩|剩]多少?",
        "停了{a}輛車,開走{b}輛,[還有|剩下]幾輛?", "{a}減少{b}[是|變成|後是]多少?", "{a}少{b}是多少?",
    ),
}
PRODUCT: dict[Language, tuple[str, ...]] = {
    "en": (
        "{a} x {b}?", "{a} * {b}?", "{a} x {b} =?", "{a} * {b} =?", "{a} × {b}?", "[what is|what's|how much is] {a} x {b}?", "[what is|what's|how much is] {a} * {b}?",
        "[what is|what's|how much is] {a} times {b}?", "{a} times {b}?", "{a} times {b} is what?", "multiply {a} by {b}", "multiply {a} and {b}",
        "[calculate|compute|work out|solve|find] {a} [x|*|times] {b}", "[what is|what's|find] the product of {a} and {b}?",
        "[can|could] you multiply {a} by {b}?", "[can|could] you [calculate|compute|work out] {a} [x|times|*] {b}?", "what is {a} multiplied by {b}?",
        "what do you get if you multiply {a} by {b}?", "what does {a} [x|times|*] {b} [equal|make|give]?", "{a} [times|x|*] {b} equals what?",
        "{a} boxes with {b} apples each, how many apples [are there|is that|in total]?", "do you know {a} times {b}?", "[please|help me] multiply {a} by {b}",
        "how about {a} [times|x] {b}?", "{a} multiplied by {b}?", "[give me|I need] {a} [times|x|*] {b}", "the result of {a} [times|x|*] {b}?",
    ),
    "zh": (
        "{a} × {b}?", "{a} x {b}?", "{a} * {b}?", "{a}×{b}=?", "{a}乘{b}", "{a}乘{b}[是多少|等於多少|等於幾|是幾]?", "{a}乘以{b}[是多少|等於多少|等於幾|是幾]?",
        "{a} [×|x|*] {b} [是多少|等於多少|等於幾]?", "[計算|請計算|幫我計算|算|請算|幫我算|算一下]{a}乘{b}", "[計算|請計算|幫我計算|算|請算|幫我算|算一下]{a}乘以{b}",
        "[計算|請計算|幫我算|算一下] {a} [×|x|*] {b}", "{a}和{b}[相乘|的乘積|的積|乘起來]是多少?", "{a}與{b}[相乘|的乘積]是多少?", "把{a}乘以{b}[是|等於]多少?",
        "{a}的{b}倍是多少?", "求{a}乘{b}", "{a}盒,每盒{b}個,[一共|總共]幾個?", "[可以|能]幫我算{a}乘[|以]{b}嗎?", "{a}乘{b}的[結果|答案]是[多少|什麼]?",
        "{a}乘{b}得多少?", "{a}乘{b}[呢|咧]?", "[我想知道|告訴我]{a}乘[|以]{b}[是多少|等於多少]?", "如果{a}乘以{b},會得到多少?", "你會算{a}乘{b}嗎?",
    ),
}
DIVISION: dict[Language, tuple[str, ...]] = {
    "en": (
        "{a} / {b}?", "{a} ÷ {b}?", "{a} / {b} =?", "{a} : {b}?", "[what is|what's|how much is] {a} / {b}?", "[what is|what's|how much is] {a} divided by {b}?",
        "{a} divided by {b}?", "{a} divided by {b} is what?", "divide {a} by {b}", "[calculate|compute|work out|solve|find] {a} [/|÷|divided by] {b}",
        "[can|could] you divide {a} by {b}?", "[can|could] you [calculate|compute|work out] {a} [/|÷|divided by] {b}?", "how many times does {b} go into {a}?",
        "what do you get if you divide {a} by {b}?", "what does {a} [/|÷|divided by] {b} [equal|make|give]?", "{a} [/|÷|divided by] {b} equals what?",
        "share {a} apples among {b} people, how many does each get?", "do you know {a} divided by {b}?", "[please|help me] divide {a} by {b}",
        "how about {a} [/|divided by] {b}?", "[give me|I need] {a} [/|divided by] {b}", "the result of {a} [/|divided by] {b}?", "split {a} into {b} equal parts, how big is one?",
        "what is the quotient of {a} and {b}?", "{a} over {b}?",
    ),
    "zh": (
        "{a} ÷ {b}?", "{a} / {b}?", "{a}÷{b}=?", "{a}/{b}=?", "{a}除以{b}", "{a}除以{b}[是多少|等於多少|等於幾|是幾]?", "{a} [÷|/] {b} [是多少|等於多少|等於幾]?",
        "[計算|請計算|幫我計算|算|請算|幫我算|算一下]{a}除以{b}", "[計算|請計算|幫我算|算一下] {a} [÷|/] {b}", "把{a}除以{b}[是|等於]多少?", "求{a}除以{b}",
        "{a}個[平分|分]給{b}個人,[每人|一人|每個人]幾個?", "{a}分成{b}等份,[每份|一份]是多少?", "[可以|能]幫我算{a}除以{b}嗎?", "{a}除以{b}的[結果|答案|商]是[多少|什麼]?",
        "{a}除以{b}得多少?", "{a}除以{b}[呢|咧]?", "[我想知道|告訴我]{a}除以{b}[是多少|等於多少]?", "如果{a}除以{b},會得到多少?", "你會算{a}除以{b}嗎?", "{a}是{b}的幾倍?",
        "{a}裡面有幾個{b}?",
    ),
}
SUM_AFTER: dict[Language, tuple[str, ...]] = {
    "en": (
        "[and|now|then|] plus {b}?", "[and|now|then|] add {b}", "[and|now|then|] + {b}?", "[now|then|and|and then] add {b} to [that|it|the result]", "plus {b} more?", "and {b} more?",
        "add another {b}", "what if I add {b}?", "and if [I|you] add {b}?", "[now|then] increase [it|that] by {b}", "what is that plus {b}?", "[and|so] with {b} more?",
        "[add|put] {b} on top", "how much is that plus {b}?", "that plus {b}?", "and with {b} added?", "[now|and] {b} more, please",
    ),
    "zh": (
        "再加{b}[|呢]?", "再加上{b}[|呢|是多少]?", "那加{b}呢?", "加{b}呢?", "然後加{b}", "[現在|接著|之後]加{b}", "再加{b}[是多少|等於多少|等於幾]?", "+ {b} 呢?", "再 + {b}?",
        "把它[再加|加上]{b}", "結果再加{b}", "[如果|要是]再加{b}呢?", "那再加{b}[呢|是多少]?", "再多{b}呢?", "上面的結果加{b}[是多少|呢]?", "又加{b}[|呢]?",
    ),
}
DIFFERENCE_AFTER: dict[Language, tuple[str, ...]] = {
    "en": (
        "[and|now|then|] minus {b}?", "[and|now|then|] subtract {b}", "[and|now|then|] - {b}?", "[now|then|and|and then] subtract {b} from [that|it|the result]", "[and|now] take {b} away",
        "what if I subtract {b}?", "and if [I|you] take {b} away?", "[now|then] decrease [it|that] by {b}", "what is that minus {b}?", "[and|so] with {b} less?", "how much is that minus {b}?",
        "that minus {b}?", "take off {b}", "and {b} less?", "[now|and] {b} less, please", "[now|then] take {b} from [it|that]", "and without {b}?",
    ),
    "zh": (
        "再減{b}[|呢]?", "再減去{b}[|呢|是多少]?", "那減{b}呢?", "減{b}呢?", "然後減{b}", "[現在|接著|之後]減{b}", "再減{b}[是多少|等於多少|等於幾]?", "- {b} 呢?", "再 - {b}?",
        "把它[再減|減掉]{b}", "結果再減{b}", "[如果|要是]再減{b}呢?", "那再減{b}[呢|是多少]?", "再少{b}呢?", "再扣掉{b}[呢|]?", "上面的結果減{b}[是多少|呢]?", "又減{b}[|呢]?",
    ),
}
TOO_HARD: dict[Language, tuple[str, ...]] = {
    "en": (
        "{n} + {n}?", "{n} - {n}?", "{n} x {n}?", "{n} / {s}?", "{n} * {s}?", "what is {n} [+|-|x|*|/] {n}?", "what is {n} [plus|minus|times|divided by] {n}?", "what is {n} [plus|minus|times|divided by] {s}?",
        "[calculate|compute|work out] {n} [+|-|x|*|/] {n}", "how much is {n} [plus|minus|times] {s}?", "add {n} and {n}", "multiply {n} by {s}", "subtract {s} from {n}", "divide {n} by {n}",
        "[what is|calculate] the square root of [{n}|{s}]?", "[what is|calculate] {s} percent of {n}?", "{s}% of {n}?", "what is {s} to the power of {s}?", "{s} squared?", "{s} ^ {s}?", "what is {s}.{s} + {s}.{s}?",
        "the logarithm of {n}?", "what's {n} + {s}?", "{s} + {n}?", "how much is {s}.{s} times {s}?", "the factorial of {s}?",
    ),
    "zh": (
        "{n} + {n}?", "{n}-{n}等於?", "{n} × {n} 的答案?", "{n} ÷ {s} 得多少?", "{s}乘{n}的答案?", "{n} * {s}?", "{n}[加|減|乘|乘以|除以]{n}[是多少|等於多少|等於幾]?", "{n}[加|減|乘|除以]{s}[是多少|等於多少]?", "{n} [+|-|×|÷] {n} [是多少|等於多少]?",
        "[計算|請算|幫我算|算一下]{n}[加|減|乘|除以]{n}", "{n}和{n}加起來是多少?", "{n}的平方根是多少?", "{s}的平方根是多少?", "{n}的百分之{s}是多少?", "{s}的{s}次方是多少?", "{s}的平方是多少?", "{s}.{s}加{s}.{s}是多少?",
        "{n}的對數是多少?", "{s}加{n}[是多少|等於多少]?", "{s}的階乘是多少?", "{s}.{s}乘{s}是多少?", "{n}減{s}等於幾?",
    ),
}  # fmt: skip
TOO_HARD_ANSWERS: dict[Language, tuple[str, ...]] = {
    "en": ("That is too hard for me: I only add and subtract up to 99 and know the times table up to 12.",),
    "zh": ("這太難了\uff1a我只會 99 以內的加減\uff0c以及 12 以內的乘法表。",),
}
