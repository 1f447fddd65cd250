"""What may be printed: names and words that come from files are data, and a terminal obeys some characters."""

import re

#: Controls (escape sequences begin with one), ends of lines, marks that turn the direction of text, lone surrogates.
_acting = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def harmless(text: str) -> str:
    """Return ``text`` with the escape of each character that would act on a terminal in the place of it."""
    return _acting.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
