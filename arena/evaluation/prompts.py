"""What a judge is told: our own words, in the language of the question. Pure.

A prompt is a system text and one message. The message shows the whole conversation, because a later turn means
nothing without the earlier ones, but only the answer to the last turn is judged; where there is a right answer, the
judge sees it, too. `name` says which parts a prompt has, and stands in exported files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from inference.engine.types import ChatMessage


@dataclass(frozen=True, slots=True)
class Asked:
    """The turns up to the judged one, with what is known about right answers ("" where nothing is)."""

    language: str
    turns: Sequence[str]
    references: Sequence[str] = ()
    expected_points: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class JudgePrompt:
    name: str
    system: str
    message: str

    @property
    def messages(self) -> list[ChatMessage]:
        return [ChatMessage("system", self.system), ChatMessage("user", self.message)]


ENGLISH = {
    "single": (
        "You grade the work of assistants. Be strict, fair and brief. Ask of the answer: is it correct, does it do "
        "what was asked, is it complete, is it clear? Length and a friendly tone are worth nothing in themselves. "
        "First say in two to four sentences what is good and what is wrong. Then end with one line that holds a whole "
        "number from 1 (useless) to 10 (could not be better) in double square brackets, like this: Points: [[5]]. "
        "Write no other double square brackets."
    ),
    "pair": (
        "You compare the work of two assistants, A and B, who were asked the same. Be strict and fair. Ask of both "
        "answers: which is more correct, which does better what was asked, which is more complete and clearer? The "
        "order in which they stand, their length and a friendly tone must not count. First say in two to four "
        "sentences what decides. Then end with one line that holds your verdict in double square brackets: [[A]] if "
        "A's answer is better, [[B]] if B's answer is better, [[C]] if they are equally good or bad. Write no other "
        "double square brackets."
    ),
    "reference": " A right answer is given. Hold the work against it; a wrong result is a grave fault, however well "
    "it is told. Another way to the same result is just as good.",
    "multi-turn": " The conversation has several turns. Judge the answer to the last question only; what came before "
    "tells you what that question means.",
    "question": "Question",
    "question_n": "Question {turn}",
    "answer": "Answer",
    "answer_n": "Answer to question {turn}",
    "answer_of": "Answer of assistant {letter}",
    "answer_of_n": "Answer of assistant {letter} to question {turn}",
    "right": "A right answer",
    "right_n": "A right answer to question {turn}",
    "points": "A good answer mentions",
    "conversation_of": "Conversation with assistant {letter}",
    "task_single": "Now grade the answer.",
    "task_single_n": "Now grade the answer to question {turn}.",
    "task_pair": "Now compare the two answers.",
    "task_pair_n": "Now compare the two answers to question {turn}.",
}
CHINESE = {
    "single": (
        "你負責為助理的回答評分，請嚴格、公正、簡短。請檢查：內容是否正確、是否照要求完成、是否完整、是否清楚。"
        "篇幅長短與語氣親切本身不加分。先用兩到四句話說明優點與錯誤，最後另起一行，用雙層方括號寫出 1（毫無用處）"
        "到 10（無可挑剔）之間的整數，格式為：分數：[[5]]。除此之外不要寫任何雙層方括號。"
    ),
    "pair": (
        "你負責比較 A、B 兩位助理對同一問題的回答，請嚴格而公正。請檢查：哪一個較正確、較符合要求、較完整、較清楚。"
        "兩者出現的先後、篇幅長短與語氣親切都不得影響判斷。先用兩到四句話說明關鍵差異，最後另起一行，用雙層方括號"
        "寫出結論：A 較好寫 [[A]]，B 較好寫 [[B]]，同樣好或同樣差寫 [[C]]。除此之外不要寫任何雙層方括號。"
    ),
    "reference": "題目附有正確答案，請據以核對；結果錯誤就是嚴重缺失，說得再好也一樣。"
    "用其他方法得到相同結果，同樣算對。",
    "multi-turn": "這段對話有好幾輪，請只評最後一個問題的回答；前面的內容只用來理解最後一個問題。",
    "question": "問題",
    "question_n": "第 {turn} 個問題",
    "answer": "回答",
    "answer_n": "對第 {turn} 個問題的回答",
    "answer_of": "助理 {letter} 的回答",
    "answer_of_n": "助理 {letter} 對第 {turn} 個問題的回答",
    "right": "正確答案",
    "right_n": "第 {turn} 個問題的正確答案",
    "points": "好的回答應該提到",
    "conversation_of": "與助理 {letter} 的對話",
    "task_single": "現在請為這個回答評分。",
    "task_single_n": "現在請為第 {turn} 個問題的回答評分。",
    "task_pair": "現在請比較兩個回答。",
    "task_pair_n": "現在請比較兩者對第 {turn} 個問題的回答。",
}


def single_prompt(asked: Asked, answers: Sequence[str]) -> JudgePrompt:
    """Points for the last of these answers, one for each turn."""
    words = _words(asked)
    blocks = _dialogue(words, asked.turns, answers, "")
    return _prompt("single", words, asked, blocks)


def pair_prompt(asked: Asked, first: Sequence[str], second: Sequence[str]) -> JudgePrompt:
    """Which of the last answers is better: that of the assistant shown first (A), or second (B)."""
    words = _words(asked)
    if len(asked.turns) == 1:
        blocks = [
            _block(words["question"], asked.turns[0]),
            _block(words["answer_of"].format(letter="A"), first[0]),
            _block(words["answer_of"].format(letter="B"), second[0]),
        ]
    else:
        blocks = []
        for letter, answers in (("A", first), ("B", second)):
            blocks.append(f"=== {words['conversation_of'].format(letter=letter)} ===")
            blocks += _dialogue(words, asked.turns, answers, letter)
    return _prompt("pair", words, asked, blocks)


def prompt_name(kind: str, asked: Asked) -> str:
    """Which prompt a judge gets: "single-reference-multi-turn-en-v1"."""
    return "-".join([*_parts(kind, asked), "zh-hant" if _words(asked) is CHINESE else "en", "v1"])


def _prompt(kind: str, words: dict[str, str], asked: Asked, blocks: list[str]) -> JudgePrompt:
    turn = len(asked.turns)
    rights = [
        _block(words["right_n"].format(turn=number) if turn > 1 else words["right"], text)
        for number, text in enumerate(asked.references[:turn], start=1)
        if text
    ]
    if asked.expected_points:
        rights.append(_block(words["points"], "\n".join(f"- {point}" for point in asked.expected_points)))
    parts = _parts(kind, asked)
    task = words[f"task_{kind}_n"].format(turn=turn) if turn > 1 else words[f"task_{kind}"]
    return JudgePrompt(
        name=prompt_name(kind, asked),
        system="".join(words[part] for part in parts),
        message="\n\n".join([*rights, *blocks, task]),
    )


def _parts(kind: str, asked: Asked) -> list[str]:
    knows_right = any(asked.references[: len(asked.turns)]) or bool(asked.expected_points)
    return [kind, *(["reference"] if knows_right else []), *(["multi-turn"] if len(asked.turns) > 1 else [])]


def _dialogue(words: dict[str, str], turns: Sequence[str], answers: Sequence[str], letter: str) -> list[str]:
    if len(turns) == 1:
        return [_block(words["question"], turns[0]), _block(words["answer"], answers[0])]
    blocks = []
    for turn, (question, answer) in enumerate(zip(turns, answers, strict=True), start=1):
        key = "answer_of_n" if letter else "answer_n"
        blocks.append(_block(words["question_n"].format(turn=turn), question))
        blocks.append(_block(words[key].format(turn=turn, letter=letter), answer))
    return blocks


def _words(asked: Asked) -> dict[str, str]:
    return CHINESE if asked.language.startswith("zh") else ENGLISH


def _block(heading: str, text: str) -> str:
    return f"--- {heading} ---\n{text}"
