# ruff: noqa: E501 - a table: one entry stays on one line
"""How people tell their name, ask for it and want words repeated; § is the place of the name."""

from __future__ import annotations

from inference.demo.segment import Language

NEAR_MISSES: dict[Language, tuple[str, ...]] = {
    "en": ("sister's name", "dog's name", "age", "birthday", "address", "phone number", "boss's name", "favourite colour", "password", "salary", "shoe size", "wife's name", "best friend's name", "teacher's name"),
    "zh": ("姊姊的名字", "狗的名字", "年紀", "生日", "地址", "電話號碼", "老闆的名字", "最喜歡的顏色", "密碼", "薪水", "鞋子尺寸", "太太的名字", "好朋友的名字", "老師的名字"),
}  # fmt: skip
FRAMES_FOR_REFUSAL: dict[Language, tuple[str, ...]] = {
    "en": ("what is my {}?", "what's my {}?", "do you know my {}?", "can you tell me my {}?", "tell me my {}", "do you remember my {}?", "my {}?", "say my {}", "guess my {}"),
    "zh": ("我的{}是什麼?", "你知道我的{}嗎?", "告訴我我的{}", "你記得我的{}嗎?", "說出我的{}", "猜猜我的{}", "我的{}呢?"),
}  # fmt: skip
TELL: dict[Language, tuple[str, ...]] = {
    "en": (
        "my name is §", "my name's §", "I am §", "I'm §", "this is §", "call me §", "[please|you can|you may|just] call me §", "I am called §", "I'm called §", "[people|my friends|friends|everyone|they] call me §",
        "the name is §", "my [first|full|given] name is §", "I go by §", "§ is my name", "§ here", "it's §", "[let me introduce myself|to introduce myself]: I am §", "[let me introduce myself|may I introduce myself], my name is §",
        "my name is § and I [live in Tainan|come from Taipei|am an engineer|like rivers|work on water|am new here|study chemistry|need some help]", "I'm § [from Taiwan|from the air team|and I am new|, an engineer|, nice to meet you]",
        "[remember|note|don't forget|please remember] that my name is §", "[remember|note|keep in mind]: my name is §", "you are talking to §", "you are speaking with §", "[I want you to|would you] call me §", "my parents named me §",
        "my nickname is §", "[everybody|my team] knows me as §", "I was named §", "name: §", "from now on call me §", "say hello to §", "hello from §", "I am § by the way", "I introduce myself as §", "they named me §",
    ),
    "zh": (
        "我叫§", "我是§", "我的名字是§", "我的名字叫§", "我的名字叫做§", "我叫做§", "[請|你可以|可以|以後|直接]叫我§", "叫我§[就好|就可以了|吧]", "[大家|朋友|同事|別人|家人]都叫我§", "[我先自我介紹|自我介紹一下|容我介紹自己],我叫§", "本人§",
        "我是§,[住在台南|來自台北|是工程師|第一次來|做水質的|請多指教|在環保公司上班]", "我叫§,[住在台南|來自台北|是工程師|第一次來|做水質的|請多指教|你呢]", "[請記住|記得|別忘了|請記得|記一下]我叫§", "[請記住|記得|別忘了|請記得]我的名字是§",
        "你正在跟§說話", "我姓名是§", "姓名:§", "名字:§", "§是我的名字", "我就是§", "這裡是§", "[稱呼|稱]我§[就好|即可|]", "你好,我§", "跟你介紹,我是§", "從現在起叫我§", "我的綽號是§", "我的暱稱是§", "我的全名是§", "[初次見面|很高興認識你|第一次見面],我是§",
    ),
}  # fmt: skip
GREET: dict[Language, tuple[str, ...]] = {"en": ("Nice to meet you, §!",), "zh": ("很高興認識你\uff0c§\uff01",)}
ASK: dict[Language, tuple[str, ...]] = {
    "en": (
        "what is my name?", "what's my name?", "who am I?", "do you [remember|know|recall|still know|still remember] my name?", "[can|could|would|will] you tell me my name?", "[can|could] you [remember|recall|repeat|say] my name?",
        "[say|repeat|tell me|give me] my name", "how [am I|was I] called?", "what am I called?", "do you [know|remember|recall] [who I am|what I am called|what my name is|how I am called]?", "what did I say my name [was|is]?", "what name did I [give|tell] you?",
        "who are you talking to?", "who is talking to you?", "what do you call me?", "have you [forgotten|got] my name?", "did you [forget|remember|note|keep] my name?", "my name [was|is] [what|which]?", "and my name?", "my name?", "which name did I [tell|give] you?",
        "remind me [what my name is|of my name|who I am]", "what was my name [again|]?", "how do [I|they] call [me|myself]?", "by which name do you know me?", "I forgot my name, what is it?", "what should you call me?", "who is speaking to you?", "what name do I have?", "do I have a name?", "tell me who I am",
        "what is the name I told you?", "do you know me?",
    ),
    "zh": (
        "我叫什麼?", "我叫什麼名字?", "我的名字是什麼?", "我是誰?", "你[記得|知道|還記得|還知道|記不記得]我的名字嗎?", "你[記得|知道|還記得]我[叫什麼|是誰|叫什麼名字|的名字是什麼]嗎?", "[說出|說|告訴我|重複|講]我的名字", "[請|可以|能]告訴我我的名字[嗎|]?", "我剛才說我叫什麼?", "我剛剛說我的名字是什麼?",
        "我剛才告訴你的名字是什麼?", "你在跟誰說話?", "誰在跟你說話?", "你[該|要|應該]怎麼稱呼我?", "你怎麼叫我?", "你忘了我的名字嗎?", "你有記住我的名字嗎?", "我的名字呢?", "那我的名字呢?", "我[該|]叫做什麼?", "我的名字?", "提醒我我叫什麼", "我的姓名是什麼?", "你知道我是誰嗎?", "我跟你說過我叫什麼?", "還記得我嗎?", "你記得我嗎?",
        "我忘了我的名字,是什麼?", "你認識我嗎?", "請問我叫什麼名字?", "剛才我說我是誰?", "記得我叫什麼嗎?",
    ),
}  # fmt: skip
RECALL: dict[Language, tuple[str, ...]] = {"en": ("Your name is §.",), "zh": ("你的名字是§。",)}
UNKNOWN: dict[Language, tuple[str, ...]] = {
    "en": ("You have not told me your name yet.",),
    "zh": ("你還沒有告訴我你的名字。",),
}
REPEAT: dict[Language, tuple[str, ...]] = {
    "en": ("say §", "repeat §", "repeat after me: §", "write §", "say the word §", "[can|could] you say §?", "please repeat §", "echo §", "please say §", "copy this: §", "say this: §"),
    "zh": ("說§", "跟我說§", "請說§", "重複§", "請重複§", "跟我念:§", "寫出§", "請寫§", "請你說§", "照著說:§"),
}  # fmt: skip
