"""Train one demonstration model from nothing: python -m inference.demo.train --size small --out DIR.

The corpus is generated while training; no row is seen twice. The result is an ordinary transformers folder in bfloat16.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from inference.demo import corpus
from inference.demo import tokenizer as tokens
from inference.demo.evaluate import Item, held_out_items
from inference.demo.network import Network, Shape
from inference.demo.optimiser import Optimiser
from inference.demo.topics.names_data import ENGLISH_NAMES
from inference.demo.topics.refusal_nouns import NOUNS

WARM_UP = 40
LOWEST_SHARE = 0.04
REPORT_EVERY = 25
EXAMINE_EVERY = 250
HELD_OUT_PER_DOMAIN = 2
TOKENIZER_DIALOGUES = 40_000


@dataclass(frozen=True, slots=True)
class Size:
    """A model's shape and the plan that was used for the bundled weights."""

    shape: Shape
    rows: int
    steps: int
    matrix_rate: float
    other_rate: float


SIZES = {
    "small": Size(Shape(0, width=192, layers=4, heads=3, key_heads=1, feed_forward=448), 8, 2600, 0.02, 4e-3),
    "large": Size(Shape(0, width=256, layers=6, heads=4, key_heads=2, feed_forward=704), 12, 2600, 0.02, 3e-3),
}


def main() -> None:
    arguments = _arguments()
    device = torch.device(
        "cuda" if arguments.device == "auto" and torch.cuda.is_available() else arguments.device.replace("auto", "cpu")
    )
    torch.manual_seed(arguments.seed)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.set_float32_matmul_precision("high")
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = tokens.load(Path(arguments.tokenizer)) if arguments.tokenizer else build_tokenizer()
    size = SIZES[arguments.size]
    network = Network(replace(size.shape, vocabulary=len(tokenizer)))
    if arguments.start_from:
        finished = LlamaForCausalLM.from_pretrained(arguments.start_from, dtype=torch.float32)
        network.load_state_dict(finished.model.state_dict())
    network.to(device)
    print(
        f"{arguments.size}: {sum(weight.numel() for weight in network.parameters()):,} parameters,"
        f" {len(tokenizer)} tokens, on {device}",
        flush=True,
    )
    started = time.monotonic()
    taught = train(network, tokenizer, size, arguments, device, out)
    save(network, tokenizer, out)
    record = {
        "size": arguments.size,
        "seed": arguments.seed,
        "device": str(device),
        "tokens": taught,
        "minutes": round((time.monotonic() - started) / 60, 1),
    }
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n")
    print(f"saved in {out}: {record}", flush=True)


def build_tokenizer(dialogues: int = TOKENIZER_DIALOGUES) -> PreTrainedTokenizerFast:
    """Always from the same sample, so that every training has the same tokens."""
    rng = random.Random(0)
    drawn = (corpus.draw_dialogue(rng) for _ in range(dialogues))
    texts = ("\n".join((dialogue.system, *(part for turn in dialogue.turns for part in turn))) for dialogue in drawn)
    spelled = {name.lower() for name in ENGLISH_NAMES} | {word.lower() for noun in NOUNS["en"] for word in noun.split()}
    return tokens.build(texts, frozenset(spelled))


def train(
    network: Network,
    tokenizer: PreTrainedTokenizerFast,
    size: Size,
    arguments: argparse.Namespace,
    device: torch.device,
    out: Path,
) -> int:
    """Run the plan and return the number of tokens seen."""
    optimiser = Optimiser(network, size.matrix_rate, size.other_rate, weight_decay=0.05)
    run = torch.compile(network) if arguments.compile else network
    stream = corpus.batches(tokenizer, arguments.seed + 1, size.rows, arguments.drills)
    steps = arguments.steps or size.steps
    started = reported = time.monotonic()
    held_out = held_out_items(arguments.seed, HELD_OUT_PER_DOMAIN)
    losses: list[float] = []
    seen = step = 0
    done = 0.0
    while done < 1:
        batch = next(stream)
        loss = run(*(part.to(device) for part in (batch.tokens, batch.positions, batch.dialogues, batch.targets)))
        loss.backward()
        optimiser.step(arguments.rate * rate_share(step, done))
        losses.append(loss.item())
        seen += int((batch.dialogues >= 0).sum())
        step += 1
        elapsed = time.monotonic() - started
        done = elapsed / 60 / arguments.minutes if arguments.minutes else step / steps
        if step % REPORT_EVERY == 0 or done >= 1:
            recent = losses[-REPORT_EVERY:]
            per_second = len(recent) * size.rows * corpus.ROW_LENGTH / (time.monotonic() - reported)
            reported = time.monotonic()
            line = f"{100 * min(done, 1):5.1f} %  step {step}  {elapsed / 60:5.1f} min  {per_second:,.0f} tokens/s"
            print(f"{line}  loss {sum(recent) / len(recent):.4f}", end="", flush=True)
            examined = step % EXAMINE_EVERY == 0 or done >= 1
            print(f"  held-out {100 * accuracy(network, tokenizer, held_out):.0f} %" if examined else "", flush=True)
        if arguments.save_every and step % arguments.save_every == 0:
            save(network, tokenizer, out)
    return seen


@torch.no_grad()
def accuracy(network: Network, tokenizer: PreTrainedTokenizerFast, items: list[Item]) -> float:
    """The share of held-out answers of which every token would have been chosen (given those before it)."""
    right = 0
    for item in items:
        system = "".join(turn["content"] for turn in item.messages if turn["role"] == "system")
        said = [*(turn["content"] for turn in item.messages if turn["role"] != "system"), item.answers[0]]
        pairs = tuple(zip(said[::2], said[1::2], strict=True))
        ids, targets = corpus.encode(tokenizer, corpus.Dialogue(system, pairs))
        # Only the last answer is examined; the earlier ones were given.
        earlier, _ = corpus.encode(tokenizer, corpus.Dialogue("", pairs[-1:]))
        targets = [-100] * (len(ids) - len(earlier)) + targets[-len(earlier) :]
        batch = corpus.stacked([[(ids[: corpus.ROW_LENGTH], targets[: corpus.ROW_LENGTH])]], tokenizer.pad_token_id)
        parts = (batch.tokens, batch.positions, batch.dialogues, batch.targets)
        logits, wanted = network.scored(*(part.to(network.embed_tokens.weight.device) for part in parts))
        right += bool((logits.argmax(-1) == wanted).all())
    return right / len(items)


def rate_share(step: int, done: float) -> float:
    """Warm-up, then a cosine to nearly nothing."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(done, 1)))
    return min(1.0, (step + 1) / WARM_UP) * (LOWEST_SHARE + (1 - LOWEST_SHARE) * cosine)


def save(network: Network, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """An ordinary folder: AutoModelForCausalLM and AutoTokenizer load it without any code of ours."""
    shape = network.shape
    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.feed_forward,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.key_heads,
        head_dim=shape.head_width,
        max_position_embeddings=tokens.LONGEST_CONTEXT,
        rms_norm_eps=shape.norm_epsilon,
        rope_parameters={"rope_type": "default", "rope_theta": shape.rotary_base},
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    # The network may be wrapped by torch.compile only outside; its own names stay as they are.
    missing = model.model.load_state_dict(
        {name: weight.detach().float().cpu() for name, weight in network.state_dict().items()}, strict=False
    )
    assert not missing.missing_keys and not missing.unexpected_keys, missing
    model.tie_weights()
    model.generation_config = GenerationConfig(
        do_sample=False, max_new_tokens=96, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id
    )
    model.bfloat16().save_pretrained(out)
    tokenizer.save_pretrained(out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, required=True)
    parser.add_argument("--out", required=True, help="folder for the finished model")
    parser.add_argument(
        "--minutes", type=float, help="train for this long; the default is the number of steps of the bundled weights"
    )
    parser.add_argument("--steps", type=int, help="train for this many steps instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--tokenizer", help="take the tokenizer of this folder instead of building it")
    parser.add_argument("--start-from", help="go on from the weights in this folder")
    parser.add_argument("--rate", type=float, default=1.0, help="share of the usual learning rates")
    parser.add_argument("--drills", type=float, default=0.0, help="share of copying drills among the dialogues")
    parser.add_argument("--save-every", type=int, default=0, help="save the model each so many steps, too")
    parser.add_argument(
        "--threads", type=int, help="CPU threads; one each for two trainings side by side is faster than two in turn"
    )
    parser.add_argument(
        "--compile", action="store_true", help="compile the network first: 40 %% faster, needs a C++ compiler"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
