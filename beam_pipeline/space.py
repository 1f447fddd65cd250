"""``space``: show the number of possible phrases, and how soon draws repeat one; nothing is drawn."""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, run_command
from beam_pipeline.terminal.table import print_facts, print_table
from hyperphrase.errors import InputError
from hyperphrase.limits import SEED_STOP
from hyperphrase.numbers.digits import decimal_text
from hyperphrase.space.phrase_space import Space

_SUMMARY = "show the number of possible phrases, and how soon draws repeat one; nothing is drawn"
_EXAMPLES = """
examples:
  hyperphrase space
  hyperphrase space --vocabulary=5 --lengths=uniform:min=1,max=4 --sampler=zipf --draws=100,1000
  hyperphrase space --sampler=permutation --lengths=fixed:length=100 --json
"""
_DRAWS = "1000000,1000000000,1000000000000"
_ROWS = 12  # lengths shown without --exact
_EXACT = 9.0  # a double's logarithm determines whole numbers below 10^9 exactly
_MOST_DIGITS = 50_000_000  # of all exact numbers together: about one second of work, and 50 MB of text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("space", _space, arguments)


def _space(arguments: Sequence[str]) -> int:
    parser = options.recipe_parser("space", _SUMMARY, _EXAMPLES)
    what = parser.add_argument_group("what to show")
    what.add_argument(
        "--draws",
        metavar="N,...",
        default=_DRAWS,
        help=f"show the expected distinct phrases after N draws, default {_DRAWS}",
    )
    what.add_argument("--exact", action="store_true", help="show all lengths, and all digits of every number")
    what.add_argument("--json", action="store_true", help="print one JSON object; numbers of phrases are exact")
    given = parser.parse_args(arguments)
    draws = [options.whole("--draws", part, 1, SEED_STOP) for part in given.draws.split(",")]
    space = Space(options.read_recipe(given)[1])
    exact = given.exact or given.json
    if exact:
        _check_digits(space, given)
    if given.json:
        print(json.dumps(_facts(space, draws), indent=1))
        return DONE
    print_table(_lengths(space, exact))
    print()
    print_facts(_rows(space))
    print()
    print_table(_distinct(space, draws))
    return DONE


def _check_digits(space: Space, given: argparse.Namespace) -> None:
    digits = sum(space.lengths) * math.log10(space.phrases.recipe.vocabulary)
    if digits > _MOST_DIGITS:
        raise InputError(
            f"--{'json' if given.json else 'exact'}: the numbers of all lengths have {digits:,.0f} digits, more than "
            f"{_MOST_DIGITS:,}; give fewer lengths"
        )


def _lengths(space: Space, exact: bool) -> Iterator[tuple[str, ...]]:
    """Yield the table of V^L for some lengths, or all if ``exact``, and the total."""
    vocabulary, lengths = space.phrases.recipe.vocabulary, sorted(space.lengths)
    some = {len(lengths) * i // _ROWS for i in range(_ROWS)} | {len(lengths) - 1}
    yield "symbols", "log10", "phrases"
    for i, length in enumerate(lengths):
        if exact or i in some:
            log10 = length * math.log10(vocabulary)
            yield f"{length:,}", f"{log10:,.4f}", decimal_text(vocabulary**length) if exact else _shown(log10)
    total = decimal_text(space.size()) if exact else _shown(space.log10_size())
    yield "total", f"{space.log10_size():,.4f}", total


def _shown(log10: float) -> str:
    """Return the whole number with this decimal logarithm as text: exact below 10^9, else to five digits."""
    if log10 < _EXACT:
        return f"{round(10**log10):,}"
    exponent = math.floor(log10)
    mantissa = f"{10 ** (log10 - exponent):.4f}"
    return f"{mantissa}e{exponent}" if mantissa != "10.0000" else f"1.0000e{exponent + 1}"


def _rows(space: Space) -> Iterator[tuple[str, str]]:
    recipe, bound = space.phrases.recipe, space.phrases.law
    yield "law", f"{recipe.law}"
    yield "lengths", f"{recipe.lengths}"
    yield "hyperwords", f"{recipe.vocabulary:,}"
    of_phrase = space.phrase_entropy()
    yield "entropy", f"{bound.entropy:.4f} bits per symbol" + (f", {of_phrase:,.1f} per phrase" if of_phrase else "")
    birthday = space.log10_birthday()
    if birthday is None:
        yield "seeds", f"{recipe.seed_stop():,} have phrases"
        yield "birthday", "never: no two seeds give the same phrase, so nothing is deduplicated"
    else:
        bits = f"{bound.collision_entropy:.4f} bits per symbol, {space.collision_bits():,.1f} per phrase"
        yield "collision entropy", bits if space.in_closed_form else f"at least {bits}"
        least = "about" if space.in_closed_form else "no fewer than"
        yield "birthday", f"{least} {_shown(birthday)} draws repeat a phrase with probability 1/2"


def _distinct(space: Space, draws: Sequence[int]) -> Iterator[tuple[str, ...]]:
    least, most = ("", "") if space.in_closed_form else (", at least", ", at most")
    yield "draws", f"distinct phrases expected{least}", f"repetitions{most}"
    for count in draws:
        distinct = space.expected_distinct(count)
        yield f"{count:,}", f"{distinct:,.0f}", f"{max(count - distinct, 0.0):,.4g}"


def _facts(space: Space, draws: Sequence[int]) -> dict[str, Any]:
    recipe, bound = space.phrases.recipe, space.phrases.law
    log10 = math.log10(recipe.vocabulary)
    return {
        "sampler": recipe.law.to_json(),
        "lengths": recipe.lengths.to_json(),
        "vocabulary": recipe.vocabulary,
        "phrases": decimal_text(space.size()),
        "log10_phrases": space.log10_size(),
        "by_length": [
            {"length": length, "phrases": decimal_text(recipe.vocabulary**length), "log10_phrases": length * log10}
            for length in sorted(space.lengths)
        ],
        "entropy": bound.entropy,
        "collision_entropy": bound.collision_entropy,
        "phrase_entropy": space.phrase_entropy(),
        "injective": space.injective,
        "seeds": recipe.seed_stop(),
        "in_closed_form": space.in_closed_form,
        "log10_birthday": space.log10_birthday(),
        "distinct": [{"draws": count, "expected": space.expected_distinct(count)} for count in draws],
    }


if __name__ == "__main__":
    sys.exit(main())
