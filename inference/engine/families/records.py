"""The table of families, in the order in which a name is compared with them: the first that matches is taken.

Sources: the model cards, and FastChat's `conversation.py` (0.2.36) where a card is silent. Where the two differ the
card is followed: Alpaca's instruction stands on a line of its own, ChatGLM's lone first question goes without a round,
RedPajama's prompt begins without an empty line, WizardLM 7B and MPT instruct have formats of their own, and nobody
gets FastChat's birthday example.
"""

from __future__ import annotations

from inference.engine.families import system_texts
from inference.engine.families.family import Family, StopToken

PLAIN = Family("plain", "Plain text (User: … Assistant: …)", stop_strings=("\nUser:",), writes_none=True)

LLAMA_END = (StopToken(2, "</s>"),)
NEOX_END = (StopToken(0, "<|endoftext|>"),)
MPT_END = (StopToken(50278, "<|im_end|>"), StopToken(0, "<|endoftext|>"))
QWEN_END = (StopToken(151645, "<|im_end|>"), StopToken(151643, "<|endoftext|>"))
PROMPTER = ("<|prompter|>", "<|assistant|>")
CHATML = ("<|im_start|>", "<|im_end|>")

OLDER = (
    Family(
        "stable-vicuna",
        "StableVicuna",
        r"stable-?vicuna",
        default_system=(
            "### Assistant: I am StableVicuna, a large language model created by CarperAI. I am here to chat!"
        ),
        stop_strings=("### Human",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Human", "### Assistant"),
    ),
    Family(
        "vicuna-v0",
        "Vicuna v0",
        r"vicuna.*v0",
        template="human-assistant",
        default_system=system_texts.POLITE_TO_HUMAN,
        stop_strings=("###",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Human", "### Assistant"),
    ),
    Family(
        "vicuna",
        "Vicuna, LongChat, WizardLM 13B and larger",
        r"vicuna|longchat|xwin-?lm|wizard-?lm-?2|wizard-?lm.*(13|30|33|70)b",
        default_system=system_texts.POLITE_TO_USER,
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("USER:", "ASSISTANT:"),
    ),
    Family(
        "wizardlm-7b",
        "WizardLM 7B",
        r"wizard-?lm",
        stop_strings=("### Instruction",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Response:",),
    ),
    Family(
        "openchat",
        "OpenChat 3.5, Starling",
        r"openchat.*3\.[56]|starling-lm",
        begins_with="<s>",
        stop_tokens=(StopToken(32000, "<|end_of_turn|>"),),
    ),
    Family(
        "fastchat-t5",
        "FastChat-T5",
        r"fastchat-?t5",
        default_system=system_texts.POLITE_TO_HUMAN,
        stop_strings=("###",),
        stop_tokens=(StopToken(1, "</s>"),),
        marks=("### Human", "### Assistant"),
    ),
    Family("flan-t5", "Flan-T5, Flan-UL2", r"flan-?(t5|ul2|alpaca)", stop_tokens=(StopToken(1, "</s>"),)),
    Family(
        "koala",
        "Koala",
        r"koala",
        default_system="BEGINNING OF CONVERSATION:",
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("USER:", "GPT:"),
    ),
    Family(
        "chinese-alpaca-2",
        "Chinese-Alpaca-2",
        r"chinese-alpaca-?2",
        template="llama-2",
        default_system=system_texts.CHINESE_ALPACA_2,
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("[INST]", "<<SYS>>"),
    ),
    Family(
        "alpaca",
        "Alpaca, WizardCoder, Nous-Hermes on LLaMA",
        r"(?<!ko)alpaca|wizard-?(coder|math)|nous-hermes-(llama|\d+b)|open-instruct",
        default_system=system_texts.INSTRUCTION,
        stop_strings=("### Instruction",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Instruction", "### Response"),
    ),
    Family(
        "chatglm3",
        "ChatGLM3",
        r"chatglm-?3",
        stop_tokens=(StopToken(64795, "<|user|>"), StopToken(64797, "<|observation|>"), StopToken(2, "</s>")),
        marks=("[gMASK]sop", "<|assistant|>"),
        reads_apart=True,
        trims_answers=True,
    ),
    Family("chatglm2", "ChatGLM2", r"chatglm-?2", stop_tokens=LLAMA_END, marks=("[Round", "问："), writes_none=True),
    Family("chatglm", "ChatGLM", r"chatglm", stop_tokens=(StopToken(130005, "<eop>"),), marks=("[Round", "问：")),
    Family(
        "dolly-v2",
        "Dolly",
        r"dolly-?v\d",
        default_system=system_texts.INSTRUCTION,
        stop_strings=("### End",),
        stop_tokens=(StopToken(50277, "### End"), *NEOX_END),
        marks=("### Instruction", "### Response"),
    ),
    Family(
        "oasst-chatml",
        "OpenAssistant on LLaMA 2 (ChatML)",
        r"oasst.*sft-v10",
        template="chatml",
        stop_tokens=(StopToken(32005, "<|im_end|>"), *LLAMA_END),
        begins_with="<s>",
        marks=CHATML,
    ),
    Family(
        "oasst-pythia",
        "OpenAssistant on Pythia, Falcon, StableLM",
        r"oasst.*pythia|oasst-sft-[14]-|(pythia|falcon|stablelm)-?\d+b-sft",
        stop_tokens=NEOX_END,
        marks=PROMPTER,
    ),
    Family(
        "oasst-llama",
        "OpenAssistant on LLaMA",
        r"oasst|openassistant.*llama",
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=PROMPTER,
    ),
    Family(
        "stablelm",
        "StableLM tuned (alpha)",
        r"stablelm-tuned",
        default_system=system_texts.STABLELM,
        stop_tokens=(
            StopToken(50278, "<|USER|>"),
            StopToken(50279, "<|ASSISTANT|>"),
            StopToken(50277, "<|SYSTEM|>"),
            StopToken(1, "<|padding|>"),
            StopToken(0, "<|endoftext|>"),
        ),
        marks=("<|USER|>", "<|ASSISTANT|>"),
    ),
    Family(
        "baize",
        "Baize",
        r"baize",
        default_system=system_texts.BAIZE,
        stop_strings=("[|Human|]", "[|AI|]"),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("[|Human|]", "[|AI|]"),
    ),
    Family(
        "gpt4all",
        "GPT4All",
        r"gpt-?4-?all",
        default_system=system_texts.GPT4ALL,
        stop_strings=("###",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Prompt", "### Response"),
    ),
    Family(
        "mpt-30b-chat",
        "MPT 30B and 7B-8k chat",
        r"(^|-)mpt-(30b|7b-8k)-chat",
        template="chatml",
        default_system=system_texts.MPT_30B,
        stop_tokens=MPT_END,
        marks=CHATML,
    ),
    Family(
        "mpt-7b-chat",
        "MPT 7B chat",
        r"(^|-)mpt-.*chat",
        template="chatml",
        default_system=system_texts.MPT_7B,
        stop_tokens=MPT_END,
        marks=CHATML,
    ),
    Family(
        "mpt-instruct",
        "MPT instruct",
        r"(^|-)mpt-.*instruct",
        default_system=system_texts.INSTRUCTION,
        stop_strings=("### Instruction",),
        stop_tokens=MPT_END,
        marks=("### Instruction", "### Response"),
    ),
    Family(
        "redpajama",
        "RedPajama-INCITE chat",
        r"redpajama.*chat|rp-incite.*chat|(neoxt|pythia)-chat-base",
        stop_strings=("\n<human>", "<human>"),
        stop_tokens=NEOX_END,
        marks=("<human>", "<bot>"),
    ),
    Family(
        "guanaco",
        "Guanaco",
        r"(?<!mini)guanaco",
        template="human-assistant",
        default_system=system_texts.POLITE_TO_HUMAN,
        stop_strings=("###",),
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("### Human", "### Assistant"),
    ),
    Family("tulu", "Tülu", r"tulu", stop_tokens=LLAMA_END, begins_with="<s>"),
    Family(
        "falcon-chat",
        "Falcon 180B chat",
        r"falcon-?\d+b-chat",
        stop_strings=("\nUser:",),
        stop_tokens=(StopToken(11, "<|endoftext|>"),),
        marks=("User:", "Falcon:"),
    ),
    Family(
        "falcon",
        "Falcon instruct",
        r"falcon-?(rw-)?\d+b.*instruct",
        stop_strings=("\nUser",),
        stop_tokens=(StopToken(11, "<|endoftext|>"),),
        marks=("User:", "Assistant:"),
    ),
    Family(
        "llama-2",
        "LLaMA 2 chat, Code Llama instruct",
        r"llama-?2(?![.\d]|-chinese).*chat|code-?llama-(7|13|34)b-instruct",
        stop_tokens=LLAMA_END,
        begins_with="<s>",
        marks=("[INST]", "<<SYS>>"),
    ),
)

# These ship a chat template, which comes first. Ours stands in while only the name is known.
NEWER = (
    Family(
        "llama-3",
        "Llama 3",
        r"llama-?3.*(instruct|chat)",
        begins_with="<|begin_of_text|>",
        stop_tokens=(StopToken(128009, "<|eot_id|>"), StopToken(128001, "<|end_of_text|>")),
    ),
    Family("qwen3", "Qwen 3", r"qwen-?3(?!.*base)", template="chatml", stop_tokens=QWEN_END),
    Family(
        "qwen2.5",
        "Qwen 2.5",
        r"qwen-?2\.5.*instruct",
        template="chatml",
        default_system="You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
        stop_tokens=QWEN_END,
    ),
    Family(
        "qwen",
        "Qwen 1, 1.5, 2",
        r"qwen.*(chat|instruct)",
        template="chatml",
        default_system="You are a helpful assistant.",
        stop_tokens=QWEN_END,
    ),
    Family(
        "yi",
        "Yi chat",
        r"(^|-)yi-.*chat",
        template="chatml",
        stop_tokens=(StopToken(7, "<|im_end|>"), StopToken(2, "<|endoftext|>")),
    ),
    Family(
        "smollm2",
        "SmolLM 2",
        r"smollm-?2.*instruct",
        template="chatml",
        default_system="You are a helpful AI assistant named SmolLM, trained by Hugging Face",
        stop_tokens=(StopToken(2, "<|im_end|>"), StopToken(0, "<|endoftext|>")),
    ),
    Family(
        "gemma",
        "Gemma",
        r"gemma.*-it\b",
        begins_with="<bos>",
        stop_tokens=(StopToken(107, "<end_of_turn>"), StopToken(1, "<eos>")),
    ),
    Family("mistral", "Mistral, Mixtral instruct", r"mi[sx]tral.*instruct", stop_tokens=LLAMA_END, begins_with="<s>"),
    Family(
        "phi-3",
        "Phi 3",
        r"phi-?3.*instruct",
        begins_with="<s>",
        stop_tokens=(StopToken(32007, "<|end|>"), StopToken(32000, "<|endoftext|>")),
    ),
    Family(
        "phi-4",
        "Phi 4",
        r"(^|-)phi-?4(?!-m)",
        stop_tokens=(StopToken(100265, "<|im_end|>"), StopToken(100257, "<|endoftext|>")),
    ),
    Family("stablelm-zephyr", "StableLM Zephyr", r"stablelm.*zephyr", stop_tokens=(StopToken(0, "<|endoftext|>"),)),
    Family(
        "zephyr", "Zephyr, TinyLlama chat", r"zephyr|tinyllama.*chat|notus", stop_tokens=LLAMA_END, begins_with="<s>"
    ),
    Family(
        "glm-4",
        "GLM 4 chat",
        r"glm-?4.*chat",
        stop_tokens=(
            StopToken(151329, "<|endoftext|>"),
            StopToken(151336, "<|user|>"),
            StopToken(151338, "<|observation|>"),
        ),
        writes_all=True,
    ),
    Family("chatml", "ChatML (<|im_start|> … <|im_end|>)", stop_strings=("<|im_end|>",)),
)

FAMILIES = OLDER + NEWER


def family_named(slug: str) -> Family | None:
    """The family that somebody chose by hand; PLAIN among them."""
    return next((family for family in (*FAMILIES, PLAIN) if family.slug == slug), None)
