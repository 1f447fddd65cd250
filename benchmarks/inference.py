"""``python -m benchmarks.inference``: the formulas of ``hyperphrase inference``, beside a small model that is run here.

Writes the table results/inference.md. A decoder of transformers (Llama's: 4 layers of width 256) with random weights in
fp32 gets a text of 256 ids, on one core; needs the extra bench-inference. Each vocabulary is a process of its own, in
turn, three times; the medians are shown. Memory is the peak of resident memory, less what is resident after the run
of a tiny model. Predicted is: all parameters, the cache, and the logits of all positions. The whole text takes time by
FLOPs, one token more, after it, by bytes that are read; both are scaled from the first vocabulary. Times are those of
the processor, so that other programs on the machine disturb less.
"""

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.machine import machine
from benchmarks.process import ROOT
from benchmarks.terminal import say
from hyperphrase.costs.inference import CACHED, LOGIT, cache_bytes, footprint, parameters
from hyperphrase.costs.public_models import Model

RESULTS = Path(__file__).parent / "results" / "inference.md"
VOCABULARIES = (32_000, 128_000, 250_000, 500_000)
ROUNDS, FORWARDS, TOKENS = 3, 5, 256
WEIGHT = 4  # bytes: fp32
SHAPE = Model("small", "llama", 4, 256, 4, 2, 64, 1024, VOCABULARIES[0], 1024, False, "this benchmark")
TINY = Model("tiny", "llama", 1, 8, 2, 1, 4, 8, 100, 1024, False, "this benchmark")


@dataclass(frozen=True)
class Measured:
    """What a process measured: parameters, bytes of the cache, bytes of peak memory, seconds of text and one token."""

    parameters: int
    cache: int
    peak: int
    text: float
    token: float


def measure(vocabulary: int) -> Measured:
    """Build the model in this process and run it."""
    import torch

    torch.set_num_threads(1)
    with torch.inference_mode():
        _run(_model(TINY), TINY.vocabulary)  # loads all code
        before = _memory("VmRSS")
        model = _model(replace(SHAPE, vocabulary=vocabulary))
        texts, steps, cache = zip(*(_run(model, vocabulary) for _ in range(FORWARDS)), strict=True)
    return Measured(
        sum(weights.numel() for weights in model.parameters()),
        cache[0],
        _memory("VmHWM") - before,
        statistics.median(texts),
        statistics.median(steps),
    )


def _model(shape: Model) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.width,
        intermediate_size=shape.ffn,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.kv_heads,
        max_position_embeddings=shape.context,
        tie_word_embeddings=shape.tied,
    )
    return LlamaForCausalLM(config).eval()


def _run(model: Any, vocabulary: int) -> tuple[float, float, int]:
    """Return the seconds of a text and of one token more, and the bytes of the cache before that token."""
    import torch

    ids = torch.arange(TOKENS)[None] * 7919 % vocabulary
    text, out = _timed(lambda: model(ids, use_cache=True))
    past = out.past_key_values
    cache = sum(part.nbytes for layer in past.layers for part in (layer.keys, layer.values))
    del out  # the logits
    token, _ = _timed(lambda: model(ids[:, :1], cache=past, use_cache=True))
    return text, token, cache


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result


def _memory(name: str) -> int:
    """Return VmRSS or VmHWM, in bytes: what is in memory, and the most that was.

    What getrusage calls the most is at least what the process that started this one had.
    """
    found = re.search(rf"^{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    if found is None:
        raise OSError(f"/proc/self/status has no {name}")
    return int(found[1]) << 10


def in_own_process(vocabulary: int) -> Measured:
    """Return what a new process measures."""
    command = [sys.executable, "-m", "benchmarks.inference", str(vocabulary)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603  # our own
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def predicted(vocabulary: int, first: Measured) -> Measured:
    """Return what the formulas say. first: what was measured with the first vocabulary; only its times are used."""
    cache = cache_bytes(SHAPE) * TOKENS * WEIGHT // CACHED
    total = parameters(SHAPE, vocabulary)

    def work(size: int) -> float:
        return footprint(SHAPE, size, TOKENS, 1).text_flops

    def read(size: int) -> float:
        return float(WEIGHT * (SHAPE.matrix_parameters + size * SHAPE.width) + cache)

    return Measured(
        total,
        cache,
        WEIGHT * total + cache + LOGIT * vocabulary * TOKENS,
        first.text * work(vocabulary) / work(VOCABULARIES[0]),
        first.token * read(vocabulary) / read(VOCABULARIES[0]),
    )


def table(measured: Sequence[Measured]) -> Iterator[str]:
    """Yield the lines of the table. measured: for each vocabulary."""
    yield "# Inference by formulas, and measured"
    yield ""
    yield f"`python -m benchmarks.inference` on {machine()['processor']}; what is measured says its docstring."
    yield ""
    yield "| V | | parameters | cache, bytes | peak memory, MB | text, ms | one token, ms |"
    yield "|--:|---|--:|--:|--:|--:|--:|"
    for vocabulary, found in zip(VOCABULARIES, measured, strict=True):
        said = predicted(vocabulary, measured[0])
        for name, each in (("predicted", said), ("measured", found)):
            yield (
                f"| {vocabulary:,} | {name} | {each.parameters:,} | {each.cache:,} | {each.peak / 1e6:,.0f} | "
                f"{each.text * 1e3:,.1f} | {each.token * 1e3:,.2f} |"
            )
        shares = [(getattr(said, name) / getattr(found, name) - 1) for name in asdict(said)]
        yield f"| {vocabulary:,} | error | {' | '.join(f'{share:+.1%}' for share in shares)} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given:
        print(json.dumps(asdict(measure(int(given[0])))))
        return 0
    rounds = []
    for number in range(ROUNDS):
        say(f"round {number + 1} of {ROUNDS}")
        rounds.append([in_own_process(vocabulary) for vocabulary in VOCABULARIES])
    medians = [
        Measured(**{name: statistics.median(getattr(each, name) for each in same) for name in asdict(same[0])})
        for same in zip(*rounds, strict=True)
    ]
    lines = list(table(medians))
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
