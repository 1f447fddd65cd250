"""The rule for words of users' files: no word may be invisible, or look like another one.

Refused are white space, control characters, and all that readers cannot see:

* Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt; the same code points since Unicode 7): zero width
  spaces, soft hyphens, fillers, direction controls. Joiners and variation selectors among them are allowed where they
  have a purpose, see below. The ranges are a table of this module, so that the rule is the same under every Python.
* Other format controls (category Cf) but those that are seen, such as the Arabic number signs.
* Blanks that are neither: U+2800 BRAILLE PATTERN BLANK and U+1D159 MUSICAL SYMBOL NULL NOTEHEAD.
* Noncharacters and lone surrogates.
* A combining mark at the beginning of a word, as in RFC 5891, section 4.2.3.2: it would attach to what stands before.

Two words look alike if they are equal in NFC, without those joiners and variation selectors that do not change what is
seen. Letters of different scripts that look alike, such as Latin a and Cyrillic a, are no fault: real lists have both.

Joiners (U+200C, U+200D) are allowed beside a virama (RFC 5892, appendix A.1 and A.2), between the letters of cursive
scripts, and U+200D between the pictographs of an emoji. They are seen there, unless the letters would be written
unjoined (or joined) anyway. Variation selectors are allowed after characters that have variants.
"""

import re
import unicodedata

from hyperphrase.lexicon.joining_letters import CURSIVE, FORWARD

_WHITE = "\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # White_Space of PropList.txt
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_FORMAT = "\ufff9-\ufffb\U00013430-\U0001343f"  # Cf that is neither ignorable nor seen
_BLANK = "\u2800\U0001d159"
_PLANES = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 17 << 16, 1 << 16))
_NO_TEXT = f"\ud800-\udfff\ufdd0-\ufdef{_PLANES}"  # lone surrogates and noncharacters
_suspect = re.compile(f"[{_WHITE}{_CONTROLS}{_IGNORABLE}{_FORMAT}{_BLANK}{_NO_TEXT}]")

_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of signs that join consonants
_NEAR = 16  # characters beside a joiner that decide whether it has a purpose: a letter and its marks
_PICTOGRAPHS = "\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
_emoji_before = re.compile(f"[{_PICTOGRAPHS}][\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]*$").search
_pictograph = re.compile(f"[{_PICTOGRAPHS}]").match
#: The flag of a part of a country, such as England's: a black flag, tags, and the tag that ends them.
_FLAG = "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f"
_flag_or_suspect = re.compile(f"{_FLAG}|{_suspect.pattern}")
#: Characters with standardised variants: those of StandardizedVariation.txt and emoji-variation-sequences.txt.
_has_variants = re.compile("[#*0-9\xa9\xae\u1000-\ud7ff\uf900-\ufaff\uff00-\uffef\U00010000-\U0003ffff]").match
_ideograph = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]").match
_mongolian = re.compile("[\u1820-\u18aa]").match
_selector = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]").match


def examine(word: str) -> tuple[str | None, str]:
    """Return (what no word may have, as in ``U+200B ZERO WIDTH SPACE``, None if ``word`` is fine; its look).

    The look is the same for words that look the same; it is ``word`` itself, for most words.
    """
    look, fault = word, None
    if not _is_letters(word) and _suspect.search(word):
        found = hidden(word)
        if found is not None:
            return name(word[found]), word
        look = "".join(char for place, char in enumerate(word) if not _unseen(word, place))
    if word[0] > "\u02ff" and unicodedata.category(word[0])[0] == "M":
        fault = f"{name(word[0])} at the beginning, which attaches to what stands before a word"
    return fault, composed(look)


def hidden(text: str) -> int | None:
    """Return the place of the first character in ``text`` that no word may have, None if there is none."""
    if not _suspect.search(text):
        return None
    for found in _flag_or_suspect.finditer(text):
        if len(found[0]) == 1 and not _serves(text, found.start()):
            return found.start()
    return None


def composed(word: str) -> str:
    """Return ``word`` in NFC."""
    return word if unicodedata.is_normalized("NFC", word) else unicodedata.normalize("NFC", word)


def name(char: str) -> str:
    """Return what errors call a character: ``U+00AD SOFT HYPHEN``, ``a space``, ``the control character U+0007``."""
    known = {" ": "a space", "\t": "a tab", "\n": "a line end", "\r": "a line end"}
    if char in known:
        return known[char]
    code = f"U+{ord(char):04X}"
    category = unicodedata.category(char)
    if category in ("Cc", "Cs", "Cn"):
        return f"the {'control character' if category == 'Cc' else 'invalid character'} {code}"
    return f"{code} {unicodedata.name(char, '')}".strip()


def _is_letters(word: str) -> bool:
    """Tell whether ``word`` is letters that can be seen: a fast check for most words that are not ASCII."""
    return (
        word.isalpha()
        and "\u115f" not in word
        and "\u1160" not in word
        and "\u3164" not in word
        and "\uffa0" not in word
    )


def _serves(text: str, place: int) -> bool:
    """Tell whether the suspect character at ``place`` has a purpose there."""
    char, before = text[place], text[place - 1 : place]
    if char in _JOINERS:
        return _joins(text, place) is not None
    if "\ufe00" <= char <= "\ufe0f":
        return bool(before and _has_variants(before))
    if "\U000e0100" <= char <= "\U000e01ef":
        return bool(before and _ideograph(before))
    return "\u180b" <= char <= "\u180f" and bool(before and _mongolian(before))


def _joins(text: str, place: int) -> bool | None:
    """Tell whether the joiner at ``place`` is seen; None if it has no purpose there."""
    before, after = text[max(0, place - _NEAR) : place], text[place + 1 : place + _NEAR]
    if not before:
        return None
    if unicodedata.combining(before[-1]) == _VIRAMA or (after and unicodedata.combining(after[0]) == _VIRAMA):
        return True
    last = next((char for char in reversed(before) if not _is_mark(char)), "")
    first = next((char for char in after if not _is_mark(char)), "")
    if last in CURSIVE and (first in CURSIVE or (text[place] == "\u200d" and not first)):
        return (last in FORWARD) == (text[place] == "\u200c" or not first)
    if text[place] == "\u200d" and _emoji_before(before) and _pictograph(after):
        return True
    return None


def _is_mark(char: str) -> bool:
    return char > "\u02ff" and unicodedata.category(char) in ("Mn", "Me")


def _unseen(word: str, place: int) -> bool:
    """Tell whether the character at ``place`` of an allowed word changes nothing that is seen."""
    char = word[place]
    return bool(_selector(char)) or (char in _JOINERS and not _joins(word, place))
