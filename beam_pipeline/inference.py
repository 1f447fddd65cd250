"""``inference``: compute memory and work of known models with larger vocabularies and fewer tokens."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from beam_pipeline.terminal.command import DONE, Parser, run_command
from beam_pipeline.terminal.options import whole
from beam_pipeline.terminal.table import print_facts, print_table
from hyperphrase.costs.inference import (
    FORMULAS,
    LOGIT,
    PRECISIONS,
    BreakEven,
    Threshold,
    Use,
    break_even,
    cache_bytes,
    footprint,
    matrix_count,
)
from hyperphrase.costs.public_models import MODELS, Model, read_model
from hyperphrase.errors import InputError
from hyperphrase.formatting import format_bytes
from hyperphrase.numerals import parse_number

_SUMMARY = (
    "compute, by formulas, what memory and work a known model takes with other vocabularies, and from which length of\n"
    "a text and which batch on hyperwords save more than their embedding and output matrix cost"
)
_EXAMPLES = """
examples:
  hyperphrase inference
  hyperphrase inference --model=llama-3.1-8b
  hyperphrase inference --model=qwen2.5-0.5b --vocabulary=250000 --tokens=32768 --batch=16 --ratio=1.81 --json
"""
_VOCABULARIES = "32000,128000,250000,500000"
_TOKENS, _RATIO = 8192, "1.07"
_MOST_TOKENS, _MOST_RATIO = 1_000_000_000, 1000.0


@dataclasses.dataclass(frozen=True)
class _Asked:
    """The options. tokens: None for the default."""

    vocabularies: list[int]
    tokens: int | None
    batch: int
    ratio: float

    def tokens_of(self, model: Model) -> int:
        return min(_TOKENS, model.context) if self.tokens is None else self.tokens


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("inference", _inference, arguments)


def parser() -> Parser:
    """Return the parser of the command's options."""
    made = Parser("inference", _SUMMARY, _EXAMPLES)
    made.add_argument("--model", metavar="NAME", help=f"one of {', '.join(MODELS)}; without it a line for each of all")
    made.add_argument(
        "--vocabulary",
        metavar="V,...",
        default=_VOCABULARIES,
        help=f"vocabularies to compute, beside the model's own; default {_VOCABULARIES}",
    )
    made.add_argument(
        "--tokens",
        metavar="T",
        help=f"tokens of a text, by the model's own vocabulary; default {_TOKENS}, or the model's context if less",
    )
    made.add_argument("--batch", metavar="B", default="1", help="texts at the same time, default 1")
    made.add_argument(
        "--ratio",
        metavar="R",
        default=_RATIO,
        help=f"times fewer tokens as hyperwords, as 'hyperphrase tokens' measures it; default {_RATIO}, that of "
        "English scenes (tokens --preset=scene-english)",
    )
    made.add_argument("--json", action="store_true", help="print one JSON object")
    return made


def _inference(arguments: Sequence[str]) -> int:
    given = parser().parse_args(arguments)
    asked = _read(given)
    models = list(MODELS.values()) if given.model is None else [read_model(given.model)]
    if given.json:
        print(json.dumps(_facts(models, asked), indent=1))
    elif given.model is None:
        print_table(_overview(models, asked))
        print("\nbytes: of weights in fp16; 'hyperphrase inference --model=NAME' shows one model in full, and formulas")
    else:
        _print_model(models[0], asked)
    return DONE


def _read(given: argparse.Namespace) -> _Asked:
    ratio = parse_number(given.ratio)
    if ratio is None or not 0.0 < ratio <= _MOST_RATIO:
        raise InputError(f"--ratio={given.ratio:.60}: give a number above 0, at most {_MOST_RATIO:.0f}, as in 1.07")
    return _Asked(
        [whole("--vocabulary", part, 2, 1_000_000_000) for part in given.vocabulary.split(",")],
        None if given.tokens is None else whole("--tokens", given.tokens, 1, _MOST_TOKENS),
        whole("--batch", given.batch, 1, 1_000_000),
        ratio,
    )


def _print_model(model: Model, asked: _Asked) -> None:
    tokens = asked.tokens_of(model)
    own = footprint(model, model.vocabulary, tokens, asked.batch)
    uses = [footprint(model, size, tokens / asked.ratio, asked.batch) for size in asked.vocabularies]
    print_facts(_model_rows(model, own, asked))
    print()
    print_table(_size_rows([own, *uses]))
    print()
    print_table(_text_rows(own, uses))
    print()
    print_table(_break_even_rows(model, asked))
    print("\nfirst rows: the model's own vocabulary; whether a model with hyperwords learns as well is not measured\n")
    print_facts(FORMULAS.items())
    print("V0: own vocabulary; r: --ratio; B: --batch; T: --tokens; b: bytes a weight; m: matrices; N: other matrices")


def _model_rows(model: Model, own: Use, asked: _Asked) -> Iterator[tuple[str, str]]:
    yield "model", model.name
    yield "source", model.source
    yield (
        "shape",
        f"{model.layers} layers of width {model.width:,}, {model.heads} heads of {model.head}, {model.kv_heads} for "
        f"keys and values, feed-forward {model.ffn:,}",
    )
    share = own.matrices["fp16"] / own.weights["fp16"]
    kind = "embedding and output, tied" if model.tied else "embedding and output"
    yield "parameters", f"{own.parameters:,}, {share:.1%} in {kind}, of {model.vocabulary:,} tokens"
    yield "KV cache", f"{cache_bytes(model):,} bytes a token"
    yield (
        "text",
        f"{own.tokens:,.0f} tokens, batch {asked.batch:,}; {asked.ratio:g} times fewer as hyperwords; the model takes "
        f"at most {model.context:,}",
    )


def _size_rows(uses: Sequence[Use]) -> Iterator[tuple[str, ...]]:
    yield (
        "vocabulary",
        "parameters",
        *(f"matrices {name}" for name in PRECISIONS),
        "logits a token",
        "their MFLOPs",
        "MFLOPs a token",
    )
    for use in uses:
        yield (
            f"{use.vocabulary:,}",
            f"{use.parameters:,}",
            *map(format_bytes, use.matrices.values()),
            format_bytes(LOGIT * use.vocabulary),
            f"{use.output_flops / 1e6:,.0f}",
            f"{use.flops / 1e6:,.0f}",
        )


def _text_rows(own: Use, uses: Sequence[Use]) -> Iterator[tuple[str, ...]]:
    yield "vocabulary", "tokens", "KV cache", *(f"memory {name}" for name in PRECISIONS), "saved", "TFLOPs", "saved"
    for use in [own, *uses]:
        memory = own.memory("fp16") - use.memory("fp16")
        yield (
            f"{use.vocabulary:,}",
            f"{use.tokens:,.0f}",
            format_bytes(use.cache),
            *(format_bytes(use.memory(name)) for name in PRECISIONS),
            f"{memory / own.memory('fp16'):+.1%}",
            f"{use.text_flops / 1e12:,.2f}",
            f"{1 - use.text_flops / own.text_flops:+.1%}",
        )


def _break_even_rows(model: Model, asked: _Asked) -> Iterator[tuple[str, ...]]:
    tokens = asked.tokens_of(model)
    yield (
        "vocabulary",
        *(f"memory saved, {name}" for name in PRECISIONS),
        f"batch, {tokens:,} tokens",
        "work saved",
        "r for memory",
        "r for work",
    )
    for size in asked.vocabularies:
        even = break_even(model, size, tokens, asked.batch, asked.ratio)
        yield (
            f"{size:,}",
            *(_shown(each, "tokens") for each in even.tokens.values()),
            _shown(even.batch, "texts"),
            _shown(even.work, "tokens"),
            "none" if even.memory_ratio is None else f"{even.memory_ratio:.2f}",
            f"{even.work_ratio:.2f}",
        )


def _overview(models: Sequence[Model], asked: _Asked) -> Iterator[tuple[str, ...]]:
    yield "model", "own", "parameters", "KV a token", "V", "matrices", "own matrices", "memory saved", "work saved"
    for model in models:
        tokens = asked.tokens_of(model)
        own = footprint(model, model.vocabulary, tokens, asked.batch)
        for size in asked.vocabularies:
            use = footprint(model, size, tokens / asked.ratio, asked.batch)
            even = break_even(model, size, tokens, asked.batch, asked.ratio)
            yield (
                model.name,
                f"{model.vocabulary:,}",
                f"{own.parameters:,}",
                f"{cache_bytes(model):,}",
                f"{size:,}",
                format_bytes(use.matrices["fp16"]),
                format_bytes(own.matrices["fp16"]),
                _shown(even.tokens["fp16"], "tokens"),
                _shown(even.work, "tokens"),
            )


def _shown(threshold: Threshold, unit: str) -> str:
    return threshold.saves if threshold.at is None else f"{threshold.saves} {threshold.at:,.0f} {unit}"


def _facts(models: Sequence[Model], asked: _Asked) -> dict[str, Any]:
    return {
        "batch": asked.batch,
        "ratio": asked.ratio,
        "formulas": FORMULAS,
        "models": [_model_facts(model, asked) for model in models],
    }


def _model_facts(model: Model, asked: _Asked) -> dict[str, Any]:
    tokens = asked.tokens_of(model)
    evens: list[BreakEven] = [break_even(model, size, tokens, asked.batch, asked.ratio) for size in asked.vocabularies]
    return {
        **dataclasses.asdict(model),
        "vocabulary_matrices": matrix_count(model),
        "kv_cache_bytes_a_token": cache_bytes(model),
        "tokens": tokens,
        "own": dataclasses.asdict(footprint(model, model.vocabulary, tokens, asked.batch)),
        "hyperwords": [
            {
                **dataclasses.asdict(footprint(model, size, tokens / asked.ratio, asked.batch)),
                "break_even": dataclasses.asdict(even),
            }
            for size, even in zip(asked.vocabularies, evens, strict=True)
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
