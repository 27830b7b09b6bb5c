"""Language and subject by cheap rules: what they find, and what they leave alone."""

from __future__ import annotations

import time

import pytest

from arena.categories import CATEGORIES, LONG_PROMPT, SUBJECTS, categories_of, language_of
from arena.category_words import CATEGORY_PATTERNS
from arena.labels import CATEGORY_LABELS, LANGUAGE_LABELS, category_label, language_label

LANGUAGES = r"""
en|What is the capital of France?
en|Explain the Gaussian plume equation.
en|hello
en|Please summarize this text
en|What does 環境影響評估 mean in English law?
en|How do I say "bonjour" to my neighbour?
en|```python\nprint("早安")\n``` What does this print?
zh-hant|請說明環境影響評估的程序
zh-hant|請問 PM2.5 的標準是多少？
zh-hant|翻譯成英文：The quick brown fox jumps over the lazy dog
zh-hant|你好
zh-hant|用 Python 寫一個排序函式
zh-hant|臺灣的空氣品質如何
zh-hant|ＰＭ２．５是什麼
zh-hant|幫我改寫這段文字
zh-hans|请说明环境影响评价的程序
zh-hans|这个问题怎么解决？
zh-hans|写一首关于长江的诗
zh-hans|用 Python 写一个排序函数
zh-hans|气候变化对农业有什么影响
ja|これは何ですか？
ja|環境影響評価について説明してください
ja|カタカナ
ja|東京の天気を教えて
ko|안녕하세요
ko|환경영향평가란 무엇입니까?
ko|PM2.5 기준은 얼마입니까
fr|Comment fonctionne la photosynthèse ?
fr|Écris une lettre pour mon voisin
fr|Quelle est la capitale de la France ?
de|Wie funktioniert die Photosynthese?
de|Schreibe bitte einen Brief
de|Was ist der Unterschied zwischen Ozon und Sauerstoff?
es|¿Qué es el ozono?
es|Escribe un poema sobre el mar
es|Hola, ¿cómo puedo medir la calidad del aire?
pt|O que é a poluição do ar?
pt|Escreva uma carta para o meu vizinho
it|Che cosa è l'ozono?
it|Scrivi una lettera per il mio vicino di casa
nl|Wat is het verschil tussen ozon en zuurstof?
vi|Phát triển bền vững là gì?
id|Apa itu pembangunan berkelanjutan dan bagaimana caranya?
tr|Hava kirliliği nedir ve nasıl ölçülür?
pl|Co to jest ozon i jak się go mierzy?
ru|Привет, как дела?
uk|Що таке озон і як його вимірюють?
ar|ما هو الأوزون؟
he|מה זה אוזון?
th|โอโซนคืออะไร
hi|ओज़ोन क्या है?
el|Τι είναι το όζον;
|12345
|
|???
|PM2.5
|👍
|xyzzy plugh
""".strip().splitlines()

FOUND = r"""
code|Write a function that reverses a string
code|How do I debug this Python script?
code|```\nx = 1\n```
code|SELECT name FROM users WHERE id = 3;
code|fix this code: def add(a, b): return a - b
code|用程式計算平均
code|请帮我改这段代码
code|Explain this regular expression
code|What is a linked list?
code|How do I center a div in CSS?
maths|solve 3x + 5 = 20
maths|What is 12 * 12?
maths|12 + 30
maths|Compute the integral of sin x
maths|What is the probability that two dice show six?
maths|求解這個方程式
maths|計算 3 × 4
maths|證明平方根二不是有理數
maths|\frac{1}{2} plus a third
maths|derivative of x^2
air|What is the PM2.5 limit in Taiwan?
air|請說明空氣品質指標
air|How does AERMOD treat building downwash?
air|NOx emissions of a boiler
air|固定污染源的許可
water|What is the BOD5 of raw sewage?
water|Wastewater treatment with activated sludge
water|放流水標準
water|地下水污染整治
water|污水處理廠
soil|How is contaminated soil cleaned?
soil|土壤採樣方法
soil|Sampling at a brownfield
soil|土壤及地下水污染整治法
waste|Where does fly ash from incineration go?
waste|事業廢棄物清理計畫書
waste|廚餘怎麼回收利用
waste|Design a landfill liner
noise|What is the noise limit at night?
noise|營建工程噪音管制標準
noise|Convert the level to dB(A)
noise|How tall must a noise barrier be?
climate|What is a carbon footprint?
climate|溫室氣體盤查
climate|碳費怎麼算
climate|How does climate change affect rice?
ecology|生物多樣性調查
ecology|Which endangered species live here?
ecology|Wetland restoration
eia|環評審查流程
eia|When is an environmental impact assessment needed?
eia|環境影響說明書要寫什麼
toxics|Heavy metals in rice
toxics|石綿拆除
toxics|What are PFAS?
environment|空氣污染防制法
environment|What does the environmental law say?
environment|環保署的公告
short_prompt|hi
short_prompt|你好
""".strip().splitlines()

NOT_FOUND = r"""
code|What is the building code for exits?
code|He broke the dress code
code|The penal code of 1810
code|Write a code of conduct for our office
code|What is the function of the liver?
code|Write a movie scene about two friends
code|My zip is 90210
code|The constitution of the country
maths|In the report of 2024-11-22
maths|from 2020/2021 on
maths|Call 02-2311-7722
maths|Write a poem about a number of birds
maths|the ISO 14001 standard
maths|as easy as pie
maths|公司成立於 2003 年
air|The airline lost my bag
air|Fresh air in the mountains
air|an airport in Spain
air|It is a novel idea
air|The choir sang an aria
water|a glass of water
water|watermelon recipe
water|水果沙拉的做法
water|He threw in the towel
soil|He soiled his shirt
soil|native soil and homeland
soil|the oil price
waste|a waste of time
waste|garbage collection in Java
waste|垃圾郵件太多
waste|make haste
noise|He was noisy
noise|signal and noise in statistics
noise|poison ivy
noise|聲音很大
climate|the climate in this team is tense
climate|Climbing a mountain
climate|climax of the novel
ecology|economy of Japan
ecology|wild horses
ecology|a conservative party
eia|the media
eia|assessment of students
eia|Impact of music on mood
toxics|a toxic relationship
toxics|metal music
toxics|chrome browser
environment|a development environment
environment|set an environment variable
environment|working environment in an office
environment|epaulettes
long_prompt|short
short_prompt|This question is longer than sixty characters because it goes on and on.
short_prompt|這個問題超過六十個字元的重量因為每個漢字大約等於三個字母所以不短
code|What should I cook tonight?
maths|What should I cook tonight?
air|What should I cook tonight?
environment|What should I cook tonight?
water|今天晚餐吃什麼
waste|今天晚餐吃什麼
noise|今天晚餐吃什麼
eia|今天晚餐吃什麼
climate|Tell me a joke
toxics|Tell me a joke
""".strip().splitlines()


def _split(row: str) -> tuple[str, str]:
    key, text = row.replace("\\n", "\n").split("|", 1)
    return key, text


@pytest.mark.parametrize(("language", "text"), [_split(line) for line in LANGUAGES])
def test_language(language: str, text: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(("category", "text"), [_split(line) for line in FOUND])
def test_found(category: str, text: str) -> None:
    assert category in categories_of(text)


@pytest.mark.parametrize(("category", "text"), [_split(line) for line in NOT_FOUND])
def test_not_found(category: str, text: str) -> None:
    assert category not in categories_of(text)


def test_there_are_enough_cases() -> None:
    assert min(len(FOUND), len(NOT_FOUND)) >= 60
    assert len(LANGUAGES) >= 57


def test_every_category_is_known_and_in_order() -> None:
    assert set(CATEGORY_PATTERNS) == set(CATEGORIES) - {"long_prompt", "short_prompt"}
    text = "Write a Python program for PM2.5, wastewater and soil pollution: " + "more words " * 300
    found = categories_of(text)
    assert found == [category for category in CATEGORIES if category in found]
    assert {"code", "air", "water", "soil", "environment", "long_prompt"} <= set(found)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_environment(subject: str) -> None:
    samples = [text for key, text in map(_split, FOUND) if key == subject]
    assert samples
    assert all("environment" in categories_of(text) for text in samples)


def test_han_weighs_more_than_latin() -> None:
    assert "long_prompt" in categories_of("字" * (LONG_PROMPT // 3 + 1))
    assert "long_prompt" not in categories_of("a" * (LONG_PROMPT // 3 + 1))


def test_hostile_texts_take_no_longer_than_others() -> None:
    begun = time.process_time()
    for text in (
        "select " * 20_000,
        "write a " * 20_000,
        "```" * 20_000,
        "x^" * 30_000,
        "漢" * 100_000,
        "write me the ",
    ):
        language_of(text)
        categories_of(text)
    assert time.process_time() - begun < 30


def test_every_key_has_a_label() -> None:
    codes = {language for language, _text in map(_split, LANGUAGES)} - {""}
    assert set(CATEGORY_LABELS) == set(CATEGORIES)
    assert set(LANGUAGE_LABELS) == codes
    assert category_label("air") == "air"
    assert category_label("our own") == language_label("our own") == "our own"
