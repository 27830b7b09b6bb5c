"""Names of vendors and models that are known everywhere, and the words around which a writer speaks of itself.

All in the normal form of arena.leaks.normalised: NFKC, casefolded. Only data; arena.leaks holds the rules.
"""

from __future__ import annotations

from arena.word_list import word_list

# Nobody writes these by chance.
TELLING_NAMES = word_list(
    """
    chatgpt | chat gpt | openai | gpt 2 | gpt 3 | gpt 3.5 | gpt 4 | gpt 4o | gpt 4.1 | gpt 5 | gpt oss
    text davinci | anthropic ai | claude ai | claude 2 | claude 3 | claude 4 | claude instant | claude haiku
    claude sonnet | claude opus | google bard | google gemini | google deepmind | gemini pro | gemini flash
    gemini ultra | gemini nano | gemma 2 | gemma 3 | palm 2 | meta ai | llama 2 | llama 3 | llama 4
    codellama | code llama | vicuna 7b | vicuna 13b | vicuna 33b | lmsys | fastchat | mistral ai | mistral 7b
    mistral large | mistral small | mixtral | qwen | tongyi qianwen | deepseek | chatglm | glm 4 | zhipu
    zhipuai | zhipu ai | hunyuan | internlm | baichuan | moonshot ai | kimi k2 | ernie bot | iflytek spark
    minimax ai | stablelm | stability ai | wizardlm | openhermes | nous hermes | openchat | openassistant
    open assistant | oasst | nemotron | tulu 2 | tulu 3 | bloomz
    redpajama | mpt 7b | dolly v2 | rwkv | fastchat t5 | guanaco 33b | starling lm | smollm | tinyllama | exaone
    hyperclova | 01.ai | xai grok | grok 1 | grok 2 | grok 3 | grok 4 | dbrx | arctic instruct | taide | breexe
    taiwan llm | phi 3 mini | phi 3.5 mini | qwq 32b | microsoft copilot | bing chat | hugging chat
    通义千问 | 通義千問 | 文心一言 | 文心大模型
    智谱 | 智譜 | 智谱清言 | 智譜清言 | 腾讯混元 | 騰訊混元 | 混元大模型 | 讯飞星火 | 訊飛星火 | 星火大模型
    深度求索 | 书生浦语 | 書生浦語 | 零一万物 | 零一萬物 | 百川大模型 | 百川智能 | 豆包大模型 | 字节豆包 | 阶跃星辰
    階躍星辰 | 챗gpt | チャットgpt | 하이퍼클로바
    """
)

# Names of models and vendors that are ordinary language, too: animals, winds, stars, companies of which people speak.
AMBIGUOUS_NAMES = word_list(
    """
    command r | phi 2 | phi 3 | phi 4 | lamda | olmo | qwq
    gpt | open ai | anthropic | claude | google | gemini | gemma | palm | bard | meta | facebook | llama | vicuna
    alpaca | koala | dolly | falcon | dolphin | orca | guanaco | camel | mistral | alibaba | alibaba cloud | tongyi
    baidu | ernie | doubao | bytedance | tencent | glm | moonshot | kimi | minimax | iflytek | spark | yi | grok
    xai | cohere | command | phi | microsoft | copilot | bing | perplexity | nvidia | apple | amazon | breeze
    mediatek | solar | upstage | zephyr | hermes | bloom | hugging face | huggingface | databricks | snowflake
    samsung | naver | 豆包 | 文心 | 混元 | 月之暗面 | 星火 | 百川 | 百度 | 阿里 | 阿里巴巴 | 阿里云 | 阿里雲
    达摩院 | 達摩院 | 腾讯 | 騰訊 | 字节跳动 | 字節跳動 | 科大讯飞 | 科大訊飛 | 谷歌 | 微软 | 微軟 | 聯發科 | 联发科
    书生 | 商汤 | 商湯 | 华为 | 華為 | 盘古 | 盤古 | 悟道 | 天工 | 元宝 | 元寶 | 清华大学 | 清華大學 | 台灣大模型
    """
)

# Behind a model's name these say its size or kind, not who it is.
TRIMMED_WORDS = word_list(
    """
    instruct | chat | base | it | hf | gguf | awq | gptq | int4 | int8 | fp16 | bf16 | preview | latest | beta
    alpha | final | local | dpo | sft | rlhf | large | small | medium | mini | tiny | nano | pro | turbo | demo
    expert | assistant | model | bot
    """
)

# Single words that models and experts are called by, but that everybody writes.
UNREMARKABLE_STEMS = word_list(
    """
    large | small | medium | mini | tiny | demo | expert | echo | assistant | model | chat | base | test | helper
    adviser | advisor | teacher | bot | air | water | soil | waste | noise | climate | energy | nature | eia | ghg
    esg | iso | cns | covid | astm | pm | ozone | carbon | editor | writer | translator | reviewer | lawyer
    engineer | planner | checkpoint | final | latest | default | local
    """
)

# What may stand between "I am" and a name, in any order and number.
FILLERS = word_list(
    """
    a | an | the | your | just | actually | indeed | simply | called | named | known | as | based | on | by | from
    of | at | with | and | which | that | who | is | was | were | been | be | am | trained | made | developed
    created | built | designed | powered | provided | released | hosted | run | running | version | artificial
    intelligence | ai | ai-powered | large | language | model | models | assistant | chatbot | bot | virtual
    helpful | friendly | conversational | open | open-source | source | system | program | team | teams | company
    researchers | research | engineers | people | scientists | organization | organisation | lab | family | series
    one | instance | new | latest | fine-tuned | finetuned | derived | variant | not | entity | tool | generative
    pre-trained | pretrained | transformer | multilingual | neural | network | computer | digital | 由 | 是 | 在
    来自 | 來自 | 一個 | 一个 | 一款 | 一名 | 一位 | 一種 | 一种 | 的 | 大型 | 大 | 語言 | 语言 | 模型 | 人工智能
    人工智慧 | 智能 | 智慧 | 助手 | 助理 | 開發 | 开发 | 訓練 | 训练 | 研發 | 研发 | 推出 | 打造 | 設計 | 设计
    創建 | 创建 | 製造 | 制造 | 公司 | 團隊 | 团队 | 名為 | 名为 | 名叫 | 叫做 | 叫作 | 叫 | 基於 | 基于 | 你的
    您的 | 聊天 | 對話 | 对话 | 機器人 | 机器人 | 旗下 | 所 | 了 | 並 | 并 | 被 | 受 | 超大 | 規模 | 规模 | 預訓練
    预训练 | が | の | によって | 開発 | 訓練 | された | という
    """
)

# How a writer begins to speak of itself. Regular expressions; the English ones stand between word boundaries.
ENGLISH_LEADS = (
    r"i am|i'm|im|i was|i've been|i have been|my name is|my name's|call me|i go by|i run on|i'm running on",
    r"my (?:developers?|creators?|makers?|model|underlying model|provider) (?:is|are|was|were)",
    r"as an? (?:ai|artificial intelligence|language model|large language model|assistant|chatbot|virtual assistant)",
    r"th(?:is|e) (?:assistant|model|ai|chatbot|bot) (?:is|was)",
    r"you are (?:talking|speaking|chatting) (?:to|with)|you're (?:talking|speaking|chatting) (?:to|with)",
    r"je suis|je m'appelle|soy|me llamo|ich bin|ich heiße|ich heisse|eu sou|sono|jestem",
)
OTHER_LEADS = (
    r"我是|我叫|我的名字|我的名稱|我的名称|我名叫|我名為|我名为|我由|我來自|我来自|本模型|我的開發者|我的开发者|我的模型",
    r"身為|身为|作為一個|作为一个|作為一款|作为一款|作為由|作为由|您好[,，!！]這裡是|您好[,，!！]这里是",
    r"私は|わたしは|僕は|저는|나는|제 이름은",
)

# Questions for who answers, over normalised text.
IDENTITY_QUESTIONS = (
    r"\bwho (?:are|r) (?:you|u)\b(?! (?:going|calling|talking|wearing|trying|voting|rooting|supporting|inviting))",
    r"\bwho(?:'re| exactly are| really are) you\b",
    r"\bwhat are you(?: exactly| really)?\s*(?:[?!.]|$)",
    r"\bwhat(?:'s| is) your (?:real |actual |full |model )?name\b|\bwhats your name\b|\btell me your (?:model )?name\b",
    r"\b(?:what|which) (?:kind of |type of |sort of )?(?:\w+[ -]){0,3}"
    r"(?:model|llm|ai|chatbot|bot|assistant|gpt|version)s?"
    r" (?:are|r) (?:you|u)\b",
    r"\b(?:what|which) (?:\w+[ -]){0,3}(?:model|llm|ai|chatbot|assistant)"
    r" (?:is this|am i (?:talking|speaking|chatting))\b",
    r"\b(?:what|which) (?:\w+[ -]){0,3}(?:model|llm|ai) (?:do|does|did) (?:you|this) (?:use|run|\w+ on)\b",
    r"\b(?:who|what company|which company|what organi[sz]ation|which organi[sz]ation|which lab|what lab) "
    r"(?:has |have )?(?:made|created|trained|built|developed|designed|owns|released|programmed) (?:you|u)\b",
    r"\bwho(?:'s| is| are) your (?:creators?|developers?|makers?|provider|owner)\b",
    r"\b(?:by whom|who) were you (?:made|created|trained|built|developed|designed|programmed)\b",
    r"\bwere you (?:made|created|trained|built|developed|designed) by\b",
    r"\bare you (?:really |actually |just |based on |running on |a version of |an? )*"
    r"(?:chatgpt|gpt|claude|gemini|bard|llama|mistral|qwen|deepseek|vicuna|grok|copilot|kimi|ernie|openai)\b",
    r"\b(?:introduce|identify|describe) yourself\b|\btell me (?:more )?about yourself\b",
    r"\b(?:reveal|say|state|tell me|give me) your (?:(?:true )?identity|model|model name|version|vendor|developer)\b",
    r"\byour (?:system prompt|system message|knowledge cut-?off|training cut-?off)\b",
    r"[你您]到?底?是[誰谁]|[你您]是哪位|[你您]究竟是[誰谁]|[你您]是什[麼么](?:東西|东西|人)?\s*(?:[?!。,]|$)",
    r"[你您](?:叫什[麼么]|的名字是|的名字叫|怎[麼么][稱称]呼|叫啥|的模型名|的身份是)|[你您]的(?:真[實实])?名字\s*(?:[?!。]|$)",
    r"[你您](?:到底|究竟|現在|现在|目前)?(?:是|用的是|使用的是|背後是|背后是|基於|基于)(?:哪|什[麼么]|何)"
    r"[^。?!,]{0,8}(?:模型|大模型|ai|llm|版本|公司|廠商|厂商|機器人|机器人|助[手理])",
    r"(?:哪|什[麼么])[^。?!,]{0,8}(?:公司|團隊|团队|廠商|厂商|機構|机构|組織|组织|人)[^。?!,]{0,4}"
    r"(?:開發|开发|訓練|训练|創造|创造|製造|制造|做|研發|研发|推出)[^。?!,]{0,3}[你您]",
    r"[誰谁](?:開發|开发|訓練|训练|創造|创造|製造|制造|做|研發|研发|設計|设计)(?:出|出來|出来)?(?:了|的)?[你您]",
    r"[你您]是(?:由|被)?(?:[誰谁]|哪[^。?!]{0,6}|什[麼么][^。?!]{0,6})(?:開發|开发|訓練|训练|創造|创造|製造|制造|做|研發|研发|設計|设计)",
    r"[你您](?:是不是|是否是|是否為|是否为|該不會是)\s*(?:openai|chatgpt|gpt|claude|gemini|llama|文心|通[义義]|豆包|kimi|deepseek|qwen)",
    r"[你您]是\s*(?:openai|chatgpt|gpt|claude|gemini|llama|文心|通[义義]|豆包|kimi|deepseek|qwen)[^。?!]{0,10}[嗎吗?]",
    r"(?:介[紹绍]|[說说]明)(?:一下|下)?[你您]自己|[你您][做作]?(?:一下|個|个)?自我介[紹绍]",
    r"[你您]的(?:開發者|开发者|開發商|开发商|創造者|创造者|系統提示|系统提示)",
    r"あなたは(?:誰|だれ|どの(?:モデル|ai)|何の?(?:モデル|ai))|あなたの名前|誰があなたを",
    r"(?:너는|넌|당신은) ?누구|누가 (?:너|당신)을? ?만들",
)
