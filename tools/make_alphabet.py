"""Make hyperphrase/lexicon/alphabet.csv: which code points may stand for hyperwords, and in which order.

Why a tool and a frozen table: the safe set depends on the Unicode version of the interpreter, and a symbol may never
move. This program says how the table was made; it was run once, with Unicode 14.0.0 (Python 3.11), and needs the same
version to repeat it. Code points assigned by Unicode 14 keep their normalisation for ever (Unicode stability policy).

Run: python tools/make_alphabet.py > hyperphrase/lexicon/alphabet.csv
"""

import csv
import sys
import unicodedata
from collections.abc import Iterable, Iterator

UNICODE_VERSION = "14.0.0"

# UAX 29 tables are not in unicodedata. Of their classes that join two characters into one grapheme, these hold code
# points that no other rule below excludes.
HANGUL_JAMO = [range(0x1100, 0x1200), range(0xA960, 0xA980), range(0xD7B0, 0xD800)]
PREPEND = [0x0D4E, 0x111C2, 0x111C3, 0x1193F, 0x11941, 0x11A3A, *range(0x11A84, 0x11A8A), 0x11D46]
REGIONAL_INDICATORS = range(0x1F1E6, 0x1F200)
EMOJI_MODIFIERS = range(0x1F3FB, 0x1F400)
# Hangul filler, halfwidth Hangul filler, braille blank, and the two characters that stand for "lost content".
FILLERS = [0x3164, 0xFFA0, 0x2800, 0xFFFC, 0xFFFD]
EXCLUDED = frozenset(
    code_point
    for group in [*HANGUL_JAMO, PREPEND, REGIONAL_INDICATORS, EMOJI_MODIFIERS, FILLERS]
    for code_point in group
)

PRIVATE = [range(0xE000, 0xF900), range(0xF0000, 0xFFFFE), range(0x100000, 0x10FFFE)]
UNASSIGNED = [range(plane << 16, (plane << 16) + 0xFFFE) for plane in range(4, 14)]


def second_elements() -> frozenset[int]:
    """Return the code points that are the second half of a canonical decomposition: they may join what is before."""
    pairs = (unicodedata.decomposition(chr(code_point)).split() for code_point in range(sys.maxunicode + 1))
    return frozenset(int(pair[1], 16) for pair in pairs if len(pair) == 2 and not pair[0].startswith("<"))


def is_safe(code_point: int, seconds: frozenset[int]) -> bool:
    """Say whether an assigned code point may be a symbol: the same alone and in any company, and one grapheme."""
    char = chr(code_point)
    return (
        code_point >= 0x80
        and unicodedata.category(char)[0] not in "CMZ"  # controls, format, private, unassigned; marks; separators
        and unicodedata.combining(char) == 0
        and unicodedata.bidirectional(char) not in ("R", "AL", "AN")
        and unicodedata.is_normalized("NFC", char)
        and unicodedata.is_normalized("NFKC", char)
        and code_point not in seconds
        and char == char.upper() == char.lower() == char.title() == char.casefold()
        and not char.isspace()
        and code_point not in EXCLUDED
    )


def ranges(code_points: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the runs (first, last) of ascending code points, cut where the length of the UTF-8 changes."""
    run: list[int] = []
    for code_point in code_points:
        if run and (code_point != run[-1] + 1 or utf8_length(code_point) != utf8_length(run[-1])):
            yield run[0], run[-1]
            run = []
        run.append(code_point)
    if run:
        yield run[0], run[-1]


def utf8_length(code_point: int) -> int:
    """Return the bytes of a code point in UTF-8."""
    return len(chr(code_point).encode())


def table() -> list[tuple[int, int, str]]:
    """Return the rows (first, last, kind) in order of assignment: extended symbols come last, so none ever moves."""
    seconds = second_elements()
    safe = (code_point for code_point in range(sys.maxunicode + 1) if is_safe(code_point, seconds))
    rows = [(first, last, "assigned") for first, last in ranges(safe)]
    rows += [(run[0], run[-1], "private") for run in PRIVATE]
    rows.sort(key=lambda row: (utf8_length(row[0]), row[2], row[0]))
    return rows + [(run[0], run[-1], "unassigned") for run in UNASSIGNED]


def main() -> None:
    """Write the table to standard output."""
    if unicodedata.unidata_version != UNICODE_VERSION:
        sys.exit(f"make_alphabet needs Unicode {UNICODE_VERSION}; this Python has {unicodedata.unidata_version}")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["first", "last", "kind"])
    writer.writerows((f"{first:04X}", f"{last:04X}", kind) for first, last, kind in table())


if __name__ == "__main__":
    main()
