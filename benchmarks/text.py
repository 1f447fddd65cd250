"""``python -m benchmarks.text``: MB/s of ``encode`` and ``decode``, and how soon a tokenizer is loaded.

Writes the table results/text.md. A text of some 50 MB is a file in the page cache, read, encoded and decoded by one
core in blocks as the commands do it, without their start and without writing; the rate counts the bytes of the text.
The English text is Python's help topics (prose and code) over and over; the Russian one is words drawn by their
frequencies, every tenth capitalised, every tenth with a comma. The tokenizer is loaded by AutoTokenizer, if
transformers is installed. Medians of five, with the least and the most.
"""

import pydoc_data.topics
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.machine import machine
from benchmarks.terminal import say
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.texts.text_encoder import BLOCK, TextCounts, TextEncoder
from hyperphrase.texts.tokenizer_file import TOKENIZER_FILE, write_tokenizer

RESULTS = Path(__file__).parent / "results" / "text.md"
VOCABULARY, REPEATS = 250_000, 5
SIZE = 50_000_000  # bytes of a text
LEXICONS = ("english", "russian")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Rate:
    """One row of the table. encode, decode: bytes of text a second, one for each repeat."""

    lexicon: str
    counts: TextCounts
    encode: list[float]
    decode: list[float]


def text_of(lexicon: Lexicon) -> bytes:
    """Return the text that a lexicon is measured with: at least SIZE bytes."""
    if lexicon.name == "english":
        topics = "\n".join(pydoc_data.topics.topics.values()).encode()
        return topics * (SIZE // len(topics) + 1)
    random = np.random.default_rng(0)
    count = SIZE // 50
    weights = lexicon.frequencies / lexicon.frequencies.sum()
    words = [lexicon.words[i] for i in random.choice(len(lexicon), count, p=weights)]
    capital, comma = random.random((2, count)) < 0.1
    written = (
        f"{word.capitalize() if upper else word}{',' if stop else ''}"
        for word, upper, stop in zip(words, capital, comma, strict=True)
    )
    once = " ".join(written).encode() + b"\n"
    return once * (SIZE // len(once) + 1)


def measure(name: str, folder: Path) -> Rate:
    """Return the rates of one lexicon. Raises ValueError if a text does not come back."""
    lexicon = Lexicon.load(name, vocabulary=VOCABULARY)
    encoder, text = TextEncoder(lexicon), text_of(lexicon)
    plain, encoded = folder / "plain", folder / "encoded"
    plain.write_bytes(text)
    encoded.write_bytes(encoder.encode(text))
    if encoder.decode(encoded.read_bytes()) != text:
        raise ValueError(f"{name}: the text does not come back")
    counts = TextCounts()
    _drain(encoder.encoded(_pieces(plain), counts=counts))
    rate = Rate(name, counts, [], [])
    for _ in range(REPEATS):
        rate.encode.append(len(text) / _timed(lambda: _drain(encoder.encoded(_pieces(plain))))[0])
        rate.decode.append(len(text) / _timed(lambda: _drain(encoder.decoded(_pieces(encoded))))[0])
    return rate


def load_seconds(folder: Path) -> tuple[int, list[float]]:
    """Return the bytes of a tokenizer, and the seconds of each loading; none without transformers."""
    write_tokenizer(Lexicon.load("english", vocabulary=VOCABULARY), folder / "tokenizer")
    size = (folder / "tokenizer" / TOKENIZER_FILE).stat().st_size
    try:
        from transformers import AutoTokenizer
    except ImportError:
        return size, []
    return size, [_timed(lambda: AutoTokenizer.from_pretrained(folder / "tokenizer"))[0] for _ in range(REPEATS)]


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while piece := stream.read(BLOCK):
            yield piece


def _drain(pieces: Iterator[bytes]) -> None:
    for _ in pieces:
        pass


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result


def table(rates: Sequence[Rate], size: int, loads: Sequence[float]) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "# Texts as hyperwords, on one core, and the tokenizer"
    yield ""
    yield f"`python -m benchmarks.text` on {machine()['processor']}; what is measured says its docstring."
    yield ""
    yield f"| lexicon, V = {VOCABULARY:,} | MB | encoded, MB | words that are hyperwords | encode MB/s | decode MB/s |"
    yield "|---|--:|--:|--:|--:|--:|"
    for rate in rates:
        counts = rate.counts
        yield (
            f"| {rate.lexicon} | {counts.bytes_in / 1e6:.1f} | {counts.bytes_out / 1e6:.1f} | "
            f"{counts.hyperwords / counts.words:.1%} | {_range(rate.encode, 1e6)} | {_range(rate.decode, 1e6)} |"
        )
    yield ""
    loaded = f"loaded in {_range(loads, 1, 2)} s" if loads else "not loaded: transformers is not installed"
    yield f"tokenizer.json of {VOCABULARY:,} symbols: {size / 1e6:.1f} MB, {loaded}."


def _range(values: Sequence[float], unit: float, digits: int = 0) -> str:
    """Return the median, with the least and the most in brackets."""
    low, middle, high = (
        f"{value / unit:.{digits}f}" for value in (min(values), statistics.median(values), max(values))
    )
    return f"{middle} [{low}-{high}]"


def main() -> int:
    """Run the command; returns the exit status."""
    with tempfile.TemporaryDirectory() as name:
        rates = []
        for lexicon in LEXICONS:
            say(f"texts of {lexicon}")
            rates.append(measure(lexicon, Path(name)))
        lines = list(table(rates, *load_seconds(Path(name))))
    print("\n".join(lines))
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
