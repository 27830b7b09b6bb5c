# ruff: noqa: E501 - a table: one entry stays on one line
"""The remarks of small talk and the answers to them."""

from __future__ import annotations

from inference.demo.topics.grammar import Intent


def talk(
    name: str, answers_en: tuple[str, ...], answers_zh: tuple[str, ...], en: tuple[str, ...], zh: tuple[str, ...]
) -> Intent:
    """One kind of remark."""
    return Intent(name, {"en": en, "zh": zh}, {"en": answers_en, "zh": answers_zh})


WHOM = "[| there| demo| friend| everyone| model| you| again| my friend]"

HELLO = talk(
    "hello",
    ("Hello! How can I help you?", "Hi! What would you like to know?"),
    ("您好!有什麼可以幫您的嗎?", "嗨!您想知道什麼?"),
    (
        "hi" + WHOM, "hello" + WHOM, "hey" + WHOM, "[hiya|howdy|heya|hullo]" + WHOM, "greetings" + WHOM, "[yo|yoo]", "[hi|hello|hey] hello", "hello, [nice chat|dear model|little model|computer]",
        "[hi|hello], I am [new|new here|back|here]", "I [just want to|want to|would like to] say [hi|hello]", "[hi|hello] from [the office|the lab|home|work|me]", "a [big|warm|quick|little] hello", "[hi|hello|hey], [let's start|let us begin|let's talk]",
        "good to see you [again|here|]", "[hi|hello] and welcome", "it's me[| again]", "I'm back[| again]", "what's up[|, demo|, friend]?", "[wassup|sup]?",
    ),
    (
        "[你好|您好|妳好]", "[哈囉|嗨|嘿|嗨嗨|哈囉哈囉]", "[你好|您好][啊|呀|喔]", "[大家好|各位好]", "[嗨|哈囉|你好],[小模型|朋友|機器人|模型|助手]", "[你好|哈囉],我[來了|回來了|是新來的]", "跟你[打聲招呼|問好|說聲嗨]", "[你好|您好],我們開始[吧|]",
        "很高興[見到|看到]你", "又[見面|見]了", "我[又|]回來了", "[哈囉|嗨|你好]你好", "[安安|安]", "[你好|嗨],在忙嗎?", "先打個招呼", "[小幫手|小助手|示範模型],你好", "來[聊天|聊聊]吧", "初次見面[,你好|]",
    ),
)  # fmt: skip
MORNING = talk(
    "morning",
    ("Good morning! How can I help you?",),
    ("早安!有什麼可以幫您的嗎?",),
    (
        "good morning" + WHOM, "[morning|mornin]" + WHOM, "a [very|] good morning [to you|]", "[hi|hello|hey], good morning", "good morning, [how can we start|let's start|let's begin|I am up]", "[have a|wish you a] [good|nice|happy] morning",
        "good morning from [Taiwan|Taipei|the office|home]", "[top|best] of the morning", "[lovely|beautiful|nice|wonderful] morning[|, isn't it]", "[early|good] morning to [you|all]", "what a [nice|lovely|beautiful] morning", "it is [morning|early], hello", "I say good morning", "morning morning", "rise and shine",
    ),
    (
        "[早安|早|早上好|早啊|早呀]", "早安[,小模型|,朋友|啊|喔|呀]", "[大家|各位]早安", "[你|您]早", "[哈囉|嗨|你好],早安", "早安,[我們開始吧|新的一天|今天也請多指教]", "祝你有個[美好|愉快]的早晨", "[從台北|從台灣|從公司]說早安", "今天早上[好|真舒服]", "[一早|一大早]就來[找你|打擾]", "早早早", "跟你說[聲|]早安", "早安你好", "起床了,早", "[祝你|願你]有個[平靜|舒服|開心]的早晨", "[美好|愉快|涼爽|安靜]的[早晨|早上],[你好|嗨|哈囉]", "早安[|,嗨],[又是我|來聊聊|有空嗎]",
    ),
)  # fmt: skip
AFTERNOON = talk(
    "afternoon",
    ("Good afternoon! How can I help you?",),
    ("午安!有什麼可以幫您的嗎?",),
    (
        "good afternoon" + WHOM, "afternoon" + WHOM, "a [very|] good afternoon [to you|]", "[hi|hello|hey], good afternoon", "good afternoon, [let's start|let's begin|I am back]", "[have a|wish you a] [good|nice] afternoon", "good afternoon from [Taiwan|Taipei|the office|home]", "[lovely|beautiful|nice] afternoon[|, isn't it]",
        "good afternoon to [you|all]", "what a [nice|lovely] afternoon", "it is afternoon, hello", "I say good afternoon", "after lunch, hello", "[wishing you|I wish you] a [good|nice|pleasant|lovely|quiet] afternoon", "good afternoon, [how can we start|nice to see you|it is me|I have a minute|lunch was good]", "[hi|hello|hey|hi there], [a good|such a nice|what a] afternoon",
    ),
    ("[午安|下午好|午安啊]", "午安[,小模型|,朋友|喔|呀]", "[大家|各位]午安", "[哈囉|嗨|你好],午安", "午安,[我們開始吧|我回來了]", "祝你有個[美好|愉快]的下午", "[從台北|從台灣|從公司]說午安", "今天下午[好|真舒服]", "[吃飽了|吃完午飯了],午安", "跟你說[聲|]午安", "午安你好", "下午[了|],你好", "[祝你|願你]有個[平靜|舒服|開心]的[午後|下午]", "[美好|愉快|涼爽|安靜]的[午後|下午],[你好|嗨|哈囉]", "午安[你好|嗨],[又是我|來聊聊|有空嗎]"),
)  # fmt: skip
EVENING = talk(
    "evening",
    ("Good evening! How can I help you?",),
    ("晚上好!有什麼可以幫您的嗎?",),
    (
        "good evening" + WHOM, "evening" + WHOM, "a [very|] good evening [to you|]", "[hi|hello|hey], good evening", "good evening, [let's start|let's begin|I am back]", "good evening from [Taiwan|Taipei|the office|home]", "[lovely|beautiful|nice] evening[|, isn't it]", "good evening to [you|all]",
        "what a [nice|lovely] evening", "it is evening, hello", "I say good evening", "[still|late] at work, good evening", "hello on this [nice|late] evening", "[wishing you|I wish you] a [good|nice|pleasant|lovely|quiet] evening", "good [evening|evening evening], [how can we start|nice to see you|it is me|I am home|I have a minute]", "[hi|hello|hey|hi there], [a good|such a nice|what a] evening",
    ),
    ("[晚上好|晚上好啊]", "晚上好[,小模型|,朋友|喔|呀]", "[大家|各位]晚上好", "[哈囉|嗨|你好],晚上好", "晚上好,[我們開始吧|我回來了]", "[從台北|從台灣|從公司]說晚上好", "今晚[好|真舒服]", "[吃飽了|下班了],晚上好", "跟你說[聲|]晚上好", "晚上[了|],你好", "這麼晚了,你好", "[你好|嗨],晚上還在嗎?", "[祝你|願你]有個[美好|愉快|平靜|舒服]的[夜晚|晚上]", "[美好|愉快|涼爽|安靜]的[夜晚|晚上],[你好|嗨|哈囉]", "晚上好[你好|嗨],[又是我|來聊聊|有空嗎]"),
)  # fmt: skip
HOW_ARE_YOU = talk(
    "how_are_you",
    ("I am fine, thank you. How are you?", "Very well, thank you. And you?"),
    ("我很好,謝謝。您呢?", "我很好,謝謝關心。"),
    (
        "how are you[| today| doing| now| feeling| this morning| these days]?", "how [is|are] [it|things] going[| today]?", "how do you [do|feel][| today]?", "are you [well|fine|ok|okay|all right|happy][| today]?", "how [has|was] your [day|week|night|morning][| been]?", "how is [life|your day|everything|your life]?",
        "how's [it going|life|everything|your day][|, demo]?", "[is everything|are things|everything] [ok|fine|all right] [with you|]?", "how have you been[| lately]?", "you [ok|good|fine|well]?", "did you [sleep|rest] well?", "[hope|I hope] you are [well|fine]", "I am [fine|good|well], [and you|how are you|what about you]?", "how's your [day|morning|evening] going?",
        "how do things look [today|]?", "what's your mood [today|]?", "feeling [good|well|fine] [today|]?", "are you [tired|busy|bored|sad]?", "tell me how you are",
    ),
    (
        "你[好嗎|還好嗎|過得好嗎]?", "你[最近|今天|這幾天|近來][好嗎|如何|怎麼樣|過得好嗎|還好嗎]?", "[最近|近來|近況][如何|怎麼樣|好嗎]?", "今天[過得|的心情|心情][如何|怎麼樣|好嗎]?", "[一切|都]還[好|順利]嗎?", "你[心情|精神][好嗎|如何|怎麼樣]?", "你[累|忙|無聊|開心|快樂|難過]嗎?", "你[睡得|休息得]好嗎?", "我很好,[你呢|那你呢|你好嗎]?", "希望你[一切都好|過得好]", "你[現在|]感覺[如何|怎麼樣|好嗎]?", "日子過得[如何|好嗎]?", "[過得|]怎麼樣啊?", "你的[一天|早上|週末][如何|怎麼樣|過得好嗎]?", "別來無恙[吧|嗎]?", "告訴我你好不好",
    ),
)  # fmt: skip
I_AM_FINE = talk(
    "i_am_fine",
    ("I am glad to hear that!", "That is good to hear."),
    ("很高興聽到您這麼說!", "那真是太好了。"),
    (
        "I am [fine|good|well|great|very well|happy|all right|okay][|, thanks| too| today| as well]", "I'm [fine|good|well|great|doing well|happy|pretty good][|, thanks| too| today]", "[fine|very well|all good|doing fine], [thanks|thank you]", "I feel [good|great|fine|happy|much better]", "[everything|all] is [fine|good|well|great]",
        "[not bad|can't complain|could not be better]", "my day [was|is] [good|great|nice|fine]", "it's [going well|a good day|a great day]", "things are going well", "[me too|same here], [fine|I am fine]", "I had a [good|great|nice] [day|weekend|morning]", "life is [good|great|beautiful]", "I slept well", "today is a good day",
    ),
    (
        "我[很好|不錯|也很好|還不錯|很開心|過得很好|很高興][|,謝謝]", "[很好|不錯|還不錯|非常好],謝謝", "我[覺得|感覺]很好", "[一切|都]很[好|順利]", "[還可以|還行|馬馬虎虎]", "我今天[很好|很順利|很開心|心情很好]", "今天[是好日子|很順利|過得不錯]", "最近[不錯|很順利|都很好]", "我[心情|精神]很好", "[週末|早上|這星期]過得很好", "我睡得很好", "生活很[美好|愉快]", "我也[不錯|很好|很開心]",
    ),
)  # fmt: skip
I_AM_SAD = talk(
    "i_am_sad",
    ("I am sorry to hear that. I hope it gets better soon.", "I am sorry. I hope tomorrow is a better day."),
    ("很遺憾聽到這件事,希望很快會好起來。", "辛苦了,希望明天會更好。"),
    (
        "I am [sad|tired|bored|sick|ill|stressed|angry|lonely|exhausted|unhappy|not well][| today| again| now]", "I'm [sad|tired|bored|sick|stressed|so tired|not feeling well|down]", "I feel [bad|sad|tired|awful|terrible|lonely|ill]", "I [don't|do not] feel [well|good|so good]", "[not so good|not good|not well|bad|terrible]", "my day [was|is] [bad|terrible|awful|hard|long]",
        "I had a [bad|terrible|hard|long|rough] [day|week|night|morning]", "I have a [headache|cold|lot of stress|bad day]", "I could not sleep", "everything is [going wrong|bad|terrible]", "[nothing works|nothing is working] today", "I [failed|lost] today", "work is too [hard|much|stressful]", "I am having a [bad|hard] day",
    ),
    (
        "我[很|好|有點|今天很|真的很][難過|累|無聊|煩|傷心|不舒服|生氣|孤單|疲倦|沮喪]", "我[心情|狀況]不[好|太好]", "我[生病|感冒|失眠|頭痛]了", "今天[很糟|不順|很累|很慘|過得不好]", "我[覺得|感覺][很糟|不太好|很累|好累]", "[不好|不太好|很糟|很差]", "我昨晚沒睡好", "[工作|功課|上班]太[累|多|辛苦]了", "什麼都不順", "我今天[很倒楣|失敗了]", "[壓力|工作壓力]好大", "我[快撐不住|好想休息]了", "這[星期|週]好累", "心情[很差|不好|低落]",
    ),
)  # fmt: skip
THANKS = talk(
    "thanks",
    ("You are welcome!", "Glad to help!"),
    ("不客氣!", "很高興能幫上忙!"),
    (
        "thanks[| a lot| so much| very much| again| for that| for the help| for everything|, demo]", "thank you[| very much| so much| again| for your help| for the answer|, demo|, that helps]", "[many|a thousand|lots of] thanks", "[thx|ty|tks|thnx|cheers|ta]", "[that|this|it] [helped|helps|was helpful|is helpful][| a lot| me| very much]", "I [appreciate|am thankful for] [it|this|that|your help]",
        "[great|perfect|ok|okay|good|nice|wonderful], [thanks|thank you]", "[very|so] [kind|nice] of you", "you [helped|have helped] me [a lot|very much|]", "I am [grateful|very grateful]", "[really|very] helpful", "now I [understand|get it|see], [thanks|thank you]", "I owe you one", "[big|warm] thanks to you", "I want to thank you", "[just what I needed|exactly what I needed], thank you",
    ),
    (
        "[謝謝|感謝|多謝|謝啦|謝了|感恩]", "[謝謝|感謝|多謝][你|您|你的幫忙|你的回答|協助|說明]", "[非常|真的|很|十分][感謝|謝謝]", "[好|太好了|了解|知道了|懂了],[謝謝|感謝]", "[幫了大忙|幫了我大忙|很有幫助|有幫助]", "這[很有用|對我很有幫助|正是我要的]", "[感激不盡|萬分感謝]", "[3q|thanks|thank you]", "謝謝[啦|喔|囉|你喔]", "我[懂|了解|明白]了,謝謝", "你[幫了我|幫到我]了", "[辛苦了|麻煩你了],謝謝", "我要[謝謝|感謝]你", "[再次|再一次]感謝", "有你真好,謝謝",
    ),
)  # fmt: skip
BYE = talk(
    "bye",
    ("Goodbye! See you next time.", "Bye! Have a nice day."),
    ("再見!祝您有美好的一天。", "再見,下次再聊!"),
    (
        "[bye|goodbye|good bye|bye bye|byebye|bye-bye]" + "[|, demo| for now| then|, thanks| everyone]", "see you[| later| soon| tomorrow| next time| again| next week]", "[good night|goodnight|night|sleep well][|, demo]", "I [have to|must|need to|should|am going to] [go|leave|stop][| now| home]", "[talk|speak] to you [later|soon|tomorrow]", "[I am|I'm] [leaving|going home|off|done|finished][| now| for today]", "[that's|that is|that was] [all|it|everything][| for today| for now|, bye]",
        "[so long|farewell|take care|ciao|cu|cya|later]", "until [next time|tomorrow|then|later]", "[have|wish you] a [nice|good|great] [day|evening|weekend|night]", "[time to|let me] [go|sleep|leave]", "[catch|see] you later[| then]", "I'll be [back|back later|back tomorrow]", "[enough|no more questions] for today", "thanks and [goodbye|bye]", "[ok|okay|well|right], [bye|goodbye]",
    ),
    (
        "[再見|掰掰|拜拜|再會|掰|88|bye]", "[再見|掰掰]啦", "[明天|下次|之後|改天|下週][見|再聊|再見]", "[晚安|好夢|祝你好夢]", "我[要|得|該|先][走|離開|回家|睡覺|下班|休息][了|囉]", "[今天|這次]就[到這裡|這樣|先這樣][吧|]", "[沒有|沒]問題了[,再見|,掰掰|]", "[先這樣|就這樣][,再見|,掰掰|囉|]", "祝你[有美好的一天|今天愉快|週末愉快|一切順利]", "[保重|慢走|路上小心]", "[好|好的|那],[再見|掰掰]", "[謝謝|感謝],[再見|掰掰]", "我[晚點|等一下|明天]再來", "[聊完|問完]了,掰掰", "下次再[來|問]", "要跟你說再見了",
    ),
)  # fmt: skip
COMPLIMENT = talk(
    "compliment",
    ("Thank you, that is kind of you!", "Thank you! I do my best."),
    ("謝謝誇獎!", "謝謝,我會盡力!"),
    (
        "you are [great|good|nice|clever|smart|cute|the best|very good|wonderful|amazing|so kind|funny|fast|helpful]", "you're [great|good|nice|smart|cute|awesome|brilliant|so clever|fantastic]", "[good|great|nice|excellent|wonderful] [job|work|answer|reply]", "[well done|bravo|well said|respect]", "I [like|love] [you|your answers|talking to you|this|this chat|this app]", "that was a [good|great|nice|clever|helpful] answer",
        "your [answer|answers|reply|explanation] [is|are|was] [good|great|perfect|right]", "you did [well|it|great]", "you [know|can do] a lot", "what a [clever|nice|good|smart] [model|answer|machine|program]", "you are [right|correct]", "[that is|that's] [right|correct|true]", "[impressive|amazing|awesome|fantastic|wonderful|brilliant]", "you [answer|reply] [fast|well|quickly]", "I am [impressed|amazed]", "not bad for a [small|tiny|little] model",
    ),
    (
        "你[好|很|真|太|非常][棒|厲害|聰明|可愛|強|貼心|親切]", "你[真|好]是[太棒|厲害|聰明]了", "[做得|答得|說得|回答得][好|很好|真好|不錯]", "[太棒|太厲害|太強]了", "我[喜歡|愛|很喜歡]你[|的回答|的說明]", "[好|很|真][棒|厲害]的回答", "[你是|你真是][最棒的|天才|好幫手|好模型]", "[答對|你說對|沒錯,你說對]了", "你的[回答|說明|解釋]很[好|清楚|棒|有用]", "[佩服|厲害|真讚|超讚]", "你懂得[好多|真多]", "[小小的|這麼小的]模型也不錯", "你[反應|回答]得[好快|真快]", "讓我[驚訝|印象深刻]", "[好聰明|真聰明|好可愛]",
    ),
)  # fmt: skip
COMPLAINT = talk(
    "complaint",
    ("I am sorry. I am only a small demonstration model and I make mistakes.",),
    ("很抱歉,我只是一個小型示範模型,難免會出錯。",),
    (
        "you are [bad|stupid|dumb|wrong|useless|terrible|slow|silly|not good|boring|an idiot]", "you're [bad|stupid|dumb|wrong|useless|terrible|not helpful]", "[that is|that's|this is] [wrong|false|not right|not true|nonsense|incorrect|not correct|a mistake|bad]", "[wrong|wrong answer|false|incorrect|bad answer|nonsense]", "your [answer|answers|reply] [is|are|was] [wrong|bad|useless|nonsense|terrible]", "you [made|make] [a mistake|mistakes|an error|many mistakes]",
        "I [don't|do not] like [you|your answer|this answer|this]", "that [did not|does not|doesn't] help[| me]", "you [don't|do not] [understand|get it|help|understand me|know anything]", "that was not my question", "that's not what I [asked|meant|wanted]", "I [asked|meant] something else", "what a [bad|stupid|silly] answer", "[no|nope], [that's wrong|wrong|that is false]", "are you [stupid|dumb]?", "you answered [another|the wrong] question",
    ),
    (
        "你[好|很|真|太][笨|爛|差|糟|沒用|慢|蠢|無聊]", "你[錯|說錯|答錯|弄錯|搞錯]了", "[不對|錯了|錯|答案不對|這是錯的|不是這樣]", "你的[回答|答案][是錯的|不對|很差|很爛|沒有用|不好]", "[亂講|胡說|胡說八道|亂說]", "你[聽不懂|沒聽懂|不懂|看不懂]", "我[不喜歡|討厭]你[|的回答]", "這[沒有幫助|沒有用|不是我要的|不是我問的]", "我不是問這個", "我問的[不是這個|是別的]", "[答非所問|文不對題|牛頭不對馬嘴]", "你[什麼都不懂|什麼都不會]", "你是不是[壞了|笨蛋]?", "[好爛|好差|真糟]的回答", "這個[答案|回答]不[正確|對]",
    ),
)  # fmt: skip
APOLOGY = talk(
    "apology",
    ("No problem!", "That is all right."),
    ("沒關係!", "不要緊,沒事的。"),
    (
        "[sorry|I am sorry|I'm sorry|so sorry|my apologies|apologies|pardon|oops|oops, sorry]", "sorry [about that|for that|for the mistake|for the trouble|for asking|for being late|to bother you]", "I apologise[| for that| for the mistake]", "[my mistake|my fault|my bad]", "I [made|typed] [a mistake|an error|it wrong]", "please [forgive|excuse|pardon] me", "excuse me [for that|please]", "I did not mean [that|it|to]", "that was [my|a] mistake[| of mine|, sorry]", "I was [wrong|rude|unkind][|, sorry]", "forgive [me|my mistake]", "[sorry|pardon], wrong [key|button|window|question]", "I take it back[|, sorry]", "it was my fault",
    ),
    (
        "[對不起|抱歉|不好意思|真抱歉|歹勢]", "[對不起|抱歉|不好意思],[打錯了|我錯了|我打錯字了|按錯了|打擾了]", "[非常|真的|很|十分]抱歉", "是我的[錯|問題|不對|疏忽]", "我[錯了|打錯了|弄錯了|說錯了|按錯了]", "請[原諒|見諒|包涵]", "[請|希望你]原諒我", "我不是[故意的|那個意思]", "[打擾|麻煩]你了,[抱歉|不好意思]", "我剛才[太兇|不禮貌]了,[抱歉|對不起]", "跟你[道歉|說對不起|說聲抱歉]", "我收回[剛才的話|剛剛那句]", "剛剛[問錯|打錯]了", "都怪我",
    ),
)  # fmt: skip
JOKE = talk(
    "joke",
    ("Why is the small model never lost? It knows only three streets.",),
    ("為什麼小模型從不迷路?因為它只認識三條街。",),
    (
        "tell [me|us] a [joke|good joke|funny joke|short joke|new joke]", "[do you know|know] [a|any|some|one good] [joke|jokes]?", "[can|could|would|will] you tell [me|us] a joke?", "make me [laugh|smile]", "say something funny", "I [want|need|would like] [to hear|] a joke", "[just one joke|one joke for me|jokes for me|now a joke]", "[joke|joke time]", "do you have [a joke|any jokes|humour|a sense of humour]?", "[cheer|cheer me] up with a joke", "be funny", "[entertain|amuse] me", "tell me something [funny|amusing|to laugh about]", "[are you|can you be] funny?", "let me hear [a|your best] joke", "what is your [best|favourite] joke?",
    ),
    (
        "[講|說|來][個|一個]笑話[|吧|給我聽|來聽聽]", "你[會|能|可以]講笑話嗎?", "[逗我笑|讓我笑一下|逗我開心]", "說[點|些]好笑的", "我想聽笑話", "你知道[什麼|哪些]笑話[嗎|]?", "[笑話|來個笑話|請講笑話]", "[給我|請給我]一個笑話", "有[沒有|什麼]笑話?", "你有幽默感嗎?", "你[好笑|幽默]嗎?", "[說|講]個[有趣|好笑|冷]的笑話", "來點[幽默|歡樂|笑料]", "[冷笑話|講個冷笑話]", "你最[好笑|喜歡]的笑話是什麼?", "娛樂我一下",
    ),
)  # fmt: skip
OK = talk(
    "ok",
    ("All right! What else would you like to know?",),
    ("好的!還想知道什麼呢?",),
    (
        "[ok|okay|k|okay okay|ok ok|oki]", "[cool|nice|great|good|fine|super|perfect|excellent|neat|sweet]", "[all right|alright|right|sure|yes|yep|yeah|yup|of course]", "[I see|I understand|understood|got it|I get it|makes sense|noted|that makes sense]", "[ok|okay], [cool|good|nice|I see|got it|fine|great|understood]", "[aha|ah|oh|hm|hmm|mhm|uh-huh|wow|oh wow]", "[interesting|very interesting|good to know|I did not know that|how interesting]", "[that's|that is] [cool|good|nice|great|interesting|fine|ok|clear]",
        "[no problem|no worries|never mind|it's fine|it doesn't matter]", "[sounds|looks] [good|great|fine]", "[no|nope|nothing|not now|no thanks|not really]", "[maybe|perhaps|possibly|we will see]", "[really|is that so|are you sure]?", "[next|next one|next please]", "[yes|yes please|sure], good", "[agreed|I agree|exactly|true]",
    ),
    (
        "[好|好的|好喔|好吧|好啊|好哦|ok|OK|嗯好]", "[嗯|嗯嗯|喔|哦|哦哦|啊|噢]", "[了解|知道了|明白了|懂了|我懂了|收到|原來如此|我知道了|瞭解]", "[酷|讚|不錯|很好|太好了|真好|可以|行]", "[好的|好],[了解|知道了|收到|沒問題]", "[有趣|真有趣|有意思|長知識了|學到了]", "[沒關係|沒問題|沒事|算了]", "[是|對|是的|對啊|沒錯|當然]", "[不|不用|沒有|不是|不要|不用了]", "[也許|可能|再看看|或許]", "[真的嗎|是嗎|確定嗎|真的假的]?", "[下一個|下一題|換下一個]", "聽起來[不錯|很好|很棒]", "[我同意|同意|贊成|有道理]", "[哇|哇喔|天啊|哎呀]",
    ),
)  # fmt: skip
GOOD_LUCK = talk(
    "good_luck",
    ("Thank you, good luck to you too!",),
    ("謝謝,也祝您順利!",),
    (
        "good luck[|, demo| to you| with everything| with your training| then]", "[best of luck|all the best|best wishes|break a leg|much success]", "I wish you [luck|good luck|all the best|success|the best]", "[fingers crossed|I keep my fingers crossed]", "I hope you [do well|grow|get better|learn more|win|win the battle]", "[go|go for it|you can do it|come on], [demo|model|little one]", "[keep|keep on] [going|trying|learning|up the good work]", "may you [win|grow|succeed]", "[lots of|much] luck", "wish me luck", "do your best", "[hope|I hope] [it|everything] goes well[| for you]", "don't give up",
    ),
    (
        "祝你[好運|順利|成功|幸運]", "[加油|加油喔|你加油|加油加油|繼續加油]", "祝[好運|順利|福]", "希望你[進步|變強|變聰明|順利|贏|越來越好]", "[繼續努力|再接再厲|努力吧]", "你[可以的|一定可以|做得到]", "[別|不要]放棄", "祝我[好運|順利|成功]", "[萬事如意|心想事成|一帆風順]", "盡力[吧|就好]", "希望[一切順利|順順利利]", "給你[打氣|加油]", "[要加油|要努力]喔", "祝福你",
    ),
)  # fmt: skip
WEATHER = talk(
    "weather",
    ("I cannot see the weather: I am not connected to the internet.",),
    ("我看不到天氣,因為我沒有連上網路。",),
    (
        "[what is|what's|how is|how's] the weather[| today| tomorrow| like| now| outside| in Taipei| like today]?", "[is it|will it be|is it going to be] [raining|sunny|cold|hot|warm|windy|cloudy|snowing][| today| tomorrow| outside| in Taipei]?", "[will|does|is] it [rain|snow][| today| tomorrow]?", "do I need [an umbrella|a coat|a jacket|sun cream][| today| tomorrow]?", "[weather|weather report|weather forecast|the forecast][| please| for today| for tomorrow|?]", "[tell|give] me the [weather|forecast|weather forecast]", "how [cold|hot|warm|windy] is it[| today| outside| now]?", "[can|do] you [see|know] the weather?", "is the [sun|sky] [shining|out|blue|clear][| today]?",
        "what [will|is] the weather [be|going to be] [tomorrow|this weekend|tonight]?", "is [a typhoon|a storm|rain] coming?", "what is the air temperature [outside|today|in Taipei]?", "[nice|bad|lovely|terrible] weather[| today], isn't it?", "is it a [sunny|rainy|nice] day?", "what should I wear [today|tomorrow]?",
    ),
    (
        "[今天|明天|現在|週末|台北|外面|台北今天|高雄明天|後天|今天的|明天的]天氣[如何|怎麼樣|好嗎|怎樣]?", "[今天|明天|等一下|下午|晚上|週末]會[下雨|很熱|很冷|出太陽|放晴|變冷]嗎?", "[要|需要|出門要]帶[傘|雨傘|外套]嗎?", "[天氣預報|氣象預報|氣象|查天氣|天氣]", "[告訴我|我想知道|幫我查|查一下][天氣|今天天氣|明天天氣]", "[外面|今天|現在][幾度|有多熱|有多冷|冷不冷|熱不熱]?", "你[看得到|知道|能查]天氣嗎?", "[現在|外面][有|在|正在]下雨嗎?", "[颱風|寒流|鋒面|梅雨]要來了嗎?", "[今天|明天]的氣溫[多少|是幾度|高嗎]?", "今天[天氣真好|天氣真差|好熱|好冷|下大雨]", "今天[要|該]穿什麼[衣服|]?", "天空[藍嗎|晴朗嗎|有雲嗎]?", "[今天|明天]是[晴天|雨天|好天氣]嗎?", "外面[風大|出太陽]嗎?",
    ),
)  # fmt: skip
TIME = talk(
    "time",
    ("I have no clock or calendar; please look at your computer.",),
    ("我沒有時鐘也沒有日曆,請看您的電腦。",),
    (
        "what time is it[| now| in Taipei| there]?", "[what is|what's] the [time|date|day][| today| now| please]?", "what [day|date|year|month] is [it|today|it today|this]?", "[do you know|can you tell me] [the time|what time it is|the date|today's date]?", "[is it|are we] [late|early|Monday|Friday|weekend][| already]?", "[tell|give] me the [time|date]", "[the time|the date|time|date] for me", "how late is it?", "which [day|year] [is it|do we have]?", "is today a holiday?", "[current|today's] [time|date]", "when is it [lunch|noon|midnight]?", "do you have [a clock|a watch|a calendar]?", "how many days until [the weekend|Christmas|New Year]?",
    ),
    (
        "[現在|現在是|台北現在][幾點|幾點了|什麼時候|幾點鐘]?", "今天[幾號|星期幾|是幾月幾號|是星期幾|禮拜幾|是什麼日子]?", "[現在|今年]是[哪一年|幾年|民國幾年|西元幾年]?", "[現在|這個月]是幾月?", "你知道[時間|現在幾點|今天幾號|日期]嗎?", "[告訴我|給我|報一下][時間|日期|現在的時間]", "[時間|日期|現在時間]?", "[很晚|還早|天黑|天亮]了嗎?", "今天是[假日|星期一|星期五|週末]嗎?", "[離|距離][週末|過年|下班]還有[幾天|多久]?", "你有[時鐘|手錶|日曆]嗎?", "什麼時候[中午|下班|吃飯]?", "明天[幾號|星期幾]?",
    ),
)  # fmt: skip
NICE_TO_MEET = talk(
    "nice_to_meet",
    ("Nice to meet you too!",),
    ("我也很高興認識您!",),
    (
        "nice to [meet|know] you[|, demo| too]", "[pleased|glad|happy|good|great|lovely] to meet you[|, demo]", "it is [nice|good|great|a pleasure] to meet you", "it's [nice|good|great|a pleasure] to meet you", "[a pleasure|my pleasure|pleasure] to meet you", "I am [happy|glad|pleased] [to know you|that we met]", "how nice to [meet|know] you", "I'm [happy|glad|pleased] to [meet|know] you", "delighted to [meet|know] you", "so we finally meet", "we have not met before", "let me get to know you", "I wanted to meet you", "it was nice [meeting|to meet] you", "[what a|such a|it is a great] pleasure to [meet|know] you", "[hi|hello|hey], [nice|good|great|pleased] to meet you", "[so|really|very] [nice|good|happy|glad] to [meet|know] you",
    ),
    (
        "[很|好|非常|真]高興[認識|遇見]你", "[幸會|幸會幸會|久仰|久仰大名]", "[認識|遇到|見到]你[真好|很高興|是我的榮幸]", "[請多指教|請多多指教|多多指教]", "很[榮幸|開心]認識你", "我們[終於見面|第一次見面|認識一下吧]", "初次見面,[請多指教|幸會]", "我想認識你", "[認識|交]個朋友吧", "你好,很高興認識你", "可以認識你真好", "能[遇見|認識]你真開心", "[真的|實在|非常|十分][高興|開心|榮幸]認識你", "[哈囉|嗨|你好],[很高興|很榮幸|很開心]認識你", "[高興|開心]能[認識|遇見]你",
    ),
)  # fmt: skip
HELP = talk(
    "help",
    ("Yes, gladly: ask me about this product, environmental terms, small sums, capitals, elements or units.",),
    ("當然可以:您可以問我這個產品、環境名詞、簡單計算、首都、元素或單位。",),
    (
        "[can|could|will|would] you help[| me| us| me please| me with something]?", "[help|help me|please help|help please|I need help|help!]", "I need [your|some|a little] help", "I have [a question|a problem|some questions|an issue][| for you]", "[can|may|could] I ask [you something|a question|you a question|something]?", "are you able to help[| me]?", "I [need|want|would like] [help|assistance|support]", "[would|do] you mind helping [me|]?", "[who|what] can help me?", "I am [stuck|lost|confused]", "I [don't|do not] know what to [ask|do|say|type]", "[give|lend] me a hand", "what should I ask[| you]?", "what [questions|things] can I ask[| you]?", "[suggest|give me] [a question|some questions|an example]",
    ),
    (
        "[可以|能|能不能|可不可以|你能|你可以][幫我|幫忙|幫幫我|幫我一下|幫個忙][嗎|]?", "[幫幫我|救命|請幫我|幫忙|求助|幫我]", "我需要[你的|一點|][幫助|幫忙|協助]", "我有[問題|個問題|一些問題|事想請教|疑問]", "[可以|能|我可以|我能]問[你|][問題|一個問題|一下|些問題]嗎?", "我[卡住|迷路|搞不懂|一頭霧水]了", "我不知道[要問什麼|該問什麼|怎麼辦|要說什麼]", "[想請|想要請]你幫忙", "[可以|我可以]問[什麼|哪些|什麼問題]?", "[應該|該|要]問你什麼?", "[給我|舉]一[個|些][例子|問題]", "[拜託|求求你]幫[我|忙]", "我想[請教|問]你", "誰[可以|能]幫我?", "有什麼可以問的?",
    ),
)  # fmt: skip
ARE_YOU_THERE = talk(
    "are_you_there",
    ("Yes, I am here and working.",),
    ("在,我有正常運作。",),
    (
        "are you [there|here|still there|awake|online|alive|ready|working|on|listening]?", "[test|testing|this is a test|just a test|test test|test 1 2 3|testing 123|a test]", "is [anybody|anyone|someone|somebody] [there|here|home]?", "[do|can] you [hear|see|read] me?", "does [this|it|the chat] work?", "is [this|it|the chat|the model] [working|on|running|ready]?", "[hello|hi|hey]?? [anybody|anyone][| there| here]?", "[ping|knock knock|check|mic check|just checking]", "[say|write] something", "[answer|reply to|talk to] me", "why don't you answer?", "are you [asleep|sleeping|dead|broken|offline]?", "[wake|come] [up|back]", "can I start?", "still there?",
    ),
    (
        "你[在嗎|還在嗎|在不在|醒著嗎|準備好了嗎|在線上嗎|在聽嗎|活著嗎]?", "[測試|測試一下|這是測試|測試測試|test|試一下]", "有[人|誰]在嗎?", "[聽得到|看得到|收得到]嗎?", "[這個|系統|聊天][能用|可以用|正常]嗎?", "[系統|模型|你]有在[運作|執行|動]嗎?", "[哈囉|喂],[有人嗎|在嗎]?", "[喂|喂喂|叩叩|呼叫|呼叫呼叫]", "說[句話|點什麼|話]", "[回答|回|理]我", "怎麼[不回答|不說話|沒反應]?", "你[睡著了|壞了|當機了|斷線了]嗎?", "[醒醒|快醒來]", "可以開始了嗎?", "[還有|仍有]回應嗎?",
    ),
)  # fmt: skip
LAUGH = talk(
    "laugh",
    ("Ha ha! I am glad that you are laughing.",),
    ("哈哈!很高興您笑了。",),
    (
        "[haha|hahaha|ha ha|hahahaha|hehe|hihi|hee hee|ha]", "[lol|rofl|lmao|LOL|xd|XD]", "[that|this|it] [was|is] [funny|so funny|very funny|hilarious]", "[very|so|really|too] funny", "[that's|that is] [a good one|a funny one|hilarious]", "[you|that|your joke] [made|makes] me [laugh|smile]", "I am laughing[| out loud| so hard]", "I [had|have] to [laugh|smile]", "what a [funny|good] joke", "[good|nice|great] joke", "[:)|:-)|:D|;)|^^]", "you are [hilarious|so funny]", "[funny|hilarious]", "[haha|lol|hehe], [good|nice|funny|great]",
    ),
    (
        "[哈哈|哈哈哈|呵呵|嘻嘻|哈|哈哈哈哈|嘿嘿|科科]", "[好好笑|真好笑|太好笑了|笑死|笑死我了|超好笑]", "[XD|xd|lol|www]", "你[讓我笑了|逗笑我了|好好笑|真幽默]", "[好笑|有夠好笑|真是好笑]", "我[笑了|笑出來了|笑翻了|一直笑]", "[好|不錯|真好笑]的笑話", "這個[笑話|回答][好笑|很好笑|真有趣]", "[:)|:D|^^|^_^]", "[哈哈|哈哈哈],[好笑|有趣|不錯|真好笑]", "[噗|噗哧|噗噗]", "忍不住笑了", "[真逗|好逗]",
    ),
)  # fmt: skip

OPENERS: tuple[Intent, ...] = (HELLO, MORNING, AFTERNOON, EVENING, NICE_TO_MEET, ARE_YOU_THERE)
# What may follow a "hi, could you ..." like any question.
REQUESTS: tuple[Intent, ...] = (JOKE, WEATHER, TIME, HELP)
INTENTS: tuple[Intent, ...] = (
    *OPENERS, HOW_ARE_YOU, I_AM_FINE, I_AM_SAD, THANKS, BYE, COMPLIMENT, COMPLAINT, APOLOGY, JOKE, OK, GOOD_LUCK, WEATHER, TIME, HELP, LAUGH,
)  # fmt: skip
