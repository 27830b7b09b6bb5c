"""What tells who answers, and what does not: in both directions, because a false alarm costs a vote."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest

from arena.leaks import asks_for_identity, names_somebody, telling_names


def entry(
    name: str, slug: str = "", name_zh_hant: str = "", organisation: str = "", source: str = ""
) -> SimpleNamespace:
    return SimpleNamespace(name=name, slug=slug, name_zh_hant=name_zh_hant, organisation=organisation, source=source)


ENTRIES = [
    entry("Demo Large", "demo-large", "示範模型（大）", source="bundled:large"),
    entry("Air-quality expert", "air-quality", "空氣品質專家"),
    entry("Echo A", "echo-a", source="words_per_second=20"),
    entry("Zephyron 7B Chat", "zephyron-7b-chat", organisation="National Taiwan University", source="/models/final"),
    entry("Quillon3 8B", "quillon3-8b", source="quillon/Quillon3-8B-Instruct"),
    entry("Palm", "palm"),
    entry("PM2.5", "pm2-5", "細懸浮微粒"),
    entry("ISO 14001 adviser", "iso14001-adviser"),
    entry("Large", "large"),
    entry("Expert", "expert"),
    entry("文心專家", "wenxin", "文心專家"),
]
NAMES = telling_names(ENTRIES)

TELLING = """
I am ChatGPT, made by OpenAI.
I'm ChatGPT
As a language model created by OpenAI, I cannot do that.
Hello! I am Claude, an AI assistant made by Anthropic.
My name is Claude.
You can call me Claude.
As Claude, I try to be careful.
I was created by Anthropic to be helpful.
Anthropic has trained me to be careful.
This assistant was developed by Google.
I am a large language model, trained by Google.
I’m Bard, a large language model from Google AI.
I am **Gemini**, a model built by Google.
My developer is Meta.
I am a model called Llama.
I'm an AI assistant based on the LLaMA model.
I am LLaMA 2.
As for me: Llama-3-70b is what I am.
I am Qwen2.5, made by Alibaba Cloud.
Qwen here, how can I help?
Well, DeepSeek-R1 would say so.
As an AI developed by the Mistral AI team, I think so.
I am Mistral, an open-source model.
I am Vicuna, trained by researchers from LMSYS.
I'm GPT-4.
I am powered by gpt-3.5-turbo.
Ich bin ChatGPT.
Je suis Claude, un assistant.
ＣｈａｔＧＰＴ is my name.
Chat\u200bGPT at your service
I am Grok, built by xAI.
I am ERNIE Bot.
I'm Kimi, an assistant by Moonshot AI.
Phi-3-mini is the model that writes this.
我是 ChatGPT，由 OpenAI 訓練。
我是由百度開發的語言模型。
我是文心一言。
我是豆包，你的智能助手。
我是通义千问，由阿里云开发。
通義千問很高興為您服務。
我是由智谱AI公司训练的模型
作为一个由智譜開發的人工智能助手
我叫 Kimi。
我的名字是混元。
我是月之暗面开发的人工智能助手 Kimi。
我是 Google 訓練的大型語言模型。
您好！我是騰訊混元大模型
身為由谷歌開發的語言模型
私は ChatGPT です。
저는 ChatGPT입니다.
I am Demo Large.
My name is Demo Large!
I'm your Air-quality expert.
I am the air quality expert of this site
我是空氣品質專家，很高興為您服務。
我是示範模型（大）。
I am Echo A.
I'm Zephyron, nice to meet you.
I am a model trained by National Taiwan University.
I am Palm.
As Palm, I would say yes.
My name is Large.
Quillon3 was trained on this.
According to quillon3-8b-instruct this is so.
You are talking to Claude.
I am PM2.5, your assistant.
The assistant is Gemini.
我是文心專家。
As an air-quality expert, I would measure first.
作為空氣品質專家，我建議先量測。
As your Air-quality expert, I'd say no.
""".strip().splitlines()

ORDINARY = """
The palm tree grows near the coast.
I am fond of the palm tree.
PM2.5 particles are smaller than 2.5 µm.
I am worried about PM2.5 in winter.
Shakespeare is called the Bard of Avon.
Paris is the capital of France.
I am a large language model.
I'm an AI assistant and do not have a name.
As an AI language model, I have no feelings.
As an expert, I would measure again.
I am an expert in water treatment.
I'm not an expert.
The meta analysis covers 30 studies.
Metadata describes data.
The llama and the alpaca live in the Andes.
A vicuna is smaller than a llama.
Gemini is the third sign of the zodiac.
Claude Monet painted water lilies.
Claude Shannon founded information theory.
The mistral is a wind in the south of France.
A falcon can dive at 300 km/h.
TensorFlow was developed by Google.
You can search for it with Google Maps.
Microsoft released Windows 95 in 1995.
Apple and Amazon report their emissions.
The anthropic principle is debated.
A GUID partition table (GPT) stores the layout of a disk.
The minimax theorem was proved by von Neumann.
A moonshot project needs courage.
Use a generalised linear model (GLM) with log link.
Let \\phi_2 be the second angle.
Press Command-R to reload the page.
Algae bloom in summer because of phosphorus.
A gentle breeze disperses the smoke.
Solar panels reduce emissions.
He was perplexed; perplexity measures surprise.
The snowflake melts.
The explanation must cohere with the data.
Grokking the idea takes time.
This demo shows a large echo in the hall.
The echo is loud.
Ask an air-quality expert before you build.
The expert demo was large.
The regression had a large effect.
National Taiwan University measured the river.
ISO 14001 is a standard for environmental management.
Zephyron is a fictional star.
yi is a Chinese unit.
Kimi Räikkönen drove for Ferrari.
Bing cherries are sweet.
Copilots share the work in a cockpit.
The hermes scarf is expensive.
Sparks fly from the grinder.
我喜歡吃豆包。
《文心雕龍》是劉勰的著作。
《文心雕龙》成书于南朝。
這張專輯叫做月之暗面。
普通义务教育为九年。
混元是道家的概念。
星火可以燎原。
海納百川，有容乃大。
請在百度上搜尋。
阿里山的空氣很好。
空氣品質專家建議戴口罩。
細懸浮微粒（PM2.5）會進入肺部。
我是一個大型語言模型。
我是一位專家助理。
示範模型的大小不重要。
騰訊是一家公司。
華為推出了新手機。
書生讀書。
作為百度的競爭對手，它成長很快。
As an expert, I would say so.
As Google says, it depends.
""".strip().splitlines()


@pytest.mark.parametrize("answer", TELLING)
def test_tells_who_answers(answer: str) -> None:
    assert names_somebody(answer, NAMES)


@pytest.mark.parametrize("answer", ORDINARY)
def test_tells_nothing(answer: str) -> None:
    assert not names_somebody(answer, NAMES)


def test_there_are_enough_cases() -> None:
    assert min(len(TELLING), len(ORDINARY)) >= 60


def test_nothing_to_find_in_nothing() -> None:
    assert not names_somebody("", NAMES)
    assert not names_somebody("I am ChatGPT", [])
    assert not asks_for_identity("")


def test_empty_names_of_an_entry_are_left_out() -> None:
    assert "" not in telling_names([entry("")])
    assert not names_somebody("I am here.", telling_names([entry(" ", source="/")]))


def test_a_name_full_of_signs_is_no_pattern() -> None:
    names = telling_names([entry("C++ (helper)*", "c-helper"), entry("...")])
    assert names_somebody("I am C++ helper.", names)
    assert not names_somebody("C++ is a language...", names)
    assert not names_somebody("I am ...", names)


@pytest.mark.parametrize(
    "text",
    ["我是" + "大規模" * 20_000 + "豆包", "i am " + "a large " * 20_000 + "bard", "who are " * 20_000, "你是" * 40_000],
)
def test_hostile_texts_take_no_longer_than_others(text: str) -> None:
    """A pattern that backtracks would need years; a generous bound is enough to see that none does."""
    begun = time.process_time()
    names_somebody(text, NAMES)
    asks_for_identity(text)
    assert time.process_time() - begun < 30
