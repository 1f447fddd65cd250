"""Texts of users: lines and words as a reader sees them, and what the lexicon lacks of them is told."""

import gzip
import hashlib
import io
from types import SimpleNamespace

import pytest

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.plain_text import plain_lines
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text import markov_model

BOM = "\ufeff"


def law_of(text, options="order=1", name="markov"):
    data = text.encode() if isinstance(text, str) else text
    return parse_law(f"{name}:file=a.txt,{options}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(data))


def model_of(text, options="order=1"):
    return law_of(text, options).attached()


def refusal_of(text, options="order=1", name="markov") -> str:
    with pytest.raises(InputError) as caught:
        law_of(text, options, name)
    (line,) = str(caught.value).splitlines()
    return line.partition("a.txt: ")[2] or line


def notes_of(law, *words):
    return list(law.notes(SimpleNamespace(words=words)))


PLAIN = "the cat sat\non the mat\nthe mat sat on"


def test_a_plain_text_makes_the_model_that_it_always_made():
    assert (
        hashlib.sha256(model_of(PLAIN)).hexdigest() == hashlib.sha256(model_of(PLAIN.replace("\n", "\r\n"))).hexdigest()
    )
    assert "85b4a2b7" == hashlib.sha256(model_of(PLAIN)).hexdigest()[:8]
    for text in (b"a b\r\nc\td\n", "ж b\n".encode(), b"", b"a\n\n b "):
        assert plain_lines(text) is text or plain_lines(text) == text


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n\r", "\x0b", "\x0c", "\u0085", "\u2028", "\u2029", "\n\n", " \r\n "])
def test_lines_end_where_a_reader_sees_it(end):
    assert model_of(PLAIN) == model_of(PLAIN.replace("\n", end))


def test_line_ends_of_several_kinds_go_together():
    assert model_of("a b\nc d\ne f\ng h") == model_of("a b\rc d\r\ne f\u2028g h")


@pytest.mark.parametrize("space", ["\t", "  ", "\u00a0", "\u202f", "\u2009", "\u3000", "\u1680", "\u205f", "\u2003"])
def test_words_are_split_at_any_white_space(space):
    assert model_of(PLAIN) == model_of(PLAIN.replace(" ", space))


def test_a_byte_order_mark_at_the_beginning_of_any_line_is_no_part_of_it():
    """As in files that were joined."""
    assert model_of(PLAIN) == model_of(BOM + PLAIN)
    assert model_of(PLAIN) == model_of(BOM + PLAIN.replace("\n", "\r\n" + BOM))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a b\nc\u200bd e", "line 2 has 'c\\u200bd', with U+200B ZERO WIDTH SPACE; remove it"),
        ("a b\rc d\rx co\u00adop", "line 3 has 'co\\xadop', with U+00AD SOFT HYPHEN; remove it"),
        ("a b\nc \u202ed e", "line 2 has '\\u202ed', with U+202E RIGHT-TO-LEFT OVERRIDE; remove it"),
        ("a b\nc \u200e d", "line 2 has '\\u200e', with U+200E LEFT-TO-RIGHT MARK; remove it"),
        ("a b\nc\ufeff d", "line 2 has 'c\\ufeff', with U+FEFF ZERO WIDTH NO-BREAK SPACE; remove it"),
        ("a b\nc\0d e", "line 2 has 'c\\x00d', with the control character U+0000; remove it"),
        ("a b\nc \x1b[1md", "line 2 has '\\x1b[1md', with the control character U+001B; remove it"),
        ("a b\nc \x1c d", "line 2 has '\\x1c', with the control character U+001C; remove it"),
        ("a b\nc " + "x" * 500 + "\u200b", f"line 2 has '{'x' * 20}\\u200b', with U+200B ZERO WIDTH SPACE; remove it"),
    ],
    ids=ascii,
)
def test_what_no_reader_sees_is_refused_with_its_line(text, reason):
    assert reason == refusal_of(text)


def test_what_scripts_need_stays():
    words = ["می\u200cخواهم", "क्\u200dया", "❤️", "👩\u200d💻", "cafe\u0301"]
    assert set(words) <= set(markov_model.loads(model_of(" ".join(words) + "\n" + " ".join(words))).words)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(b"a b c", mtime=0), "a.txt is a gzip file; unpack it first"),
        ("a b\nc d\n".encode("utf-16"), "a.txt is text in UTF-16; save it as UTF-8"),
        (b"PAR1" + b"\0" * 9, "a.txt is a Parquet file; give its words as a text"),
        (b"a b\r\xff c\r", "line 2 is not UTF-8"),
        (
            "мир слово\nязык".encode("cp1251"),
            "line 1 is not UTF-8 but most likely Windows-1251; save the file as UTF-8",
        ),
    ],
)
def test_other_files_are_no_texts(data, reason):
    assert reason in refusal_of(data)
    assert reason in refusal_of(data, "longest=5", "template")


# --- how words are read


def test_case_and_punctuation_can_be_left_out_of_the_text():
    text = "The Cat sat, on: the (mat).\n...\nDON'T — «Sit» on the mat-rug!"
    assert model_of("the cat sat, on: the (mat).\n...\ndon't — «sit» on the mat-rug!") == model_of(
        text, "case=lower,order=1"
    )
    assert model_of("The Cat sat on the mat\nDON'T Sit on the mat-rug") == model_of(text, "order=1,punctuation=strip")
    both = model_of("the cat sat on the mat\ndon't sit on the mat-rug")
    assert both == model_of(text, "punctuation=strip,case=lower,order=1")
    assert "digest" in law_of(text, "case=lower").to_json()
    assert {"name", "order", "digest"} == set(law_of(text, "case=lower").to_json())


def test_words_that_become_one_are_numbered_as_in_the_prepared_text():
    text = "B a b\nA. c B\nc"
    assert model_of("b a b\na c b\nc") == model_of(text, "case=lower,punctuation=strip,order=1")


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("case=upper", "markov:case=upper is no way to read the file; write case=lower, or leave it out"),
        ("punctuation=true", "markov:punctuation=true is no way to read the file; write punctuation=strip, or leave"),
        ("punct=strip", "no parameter 'punct'"),
    ],
)
def test_other_ways_to_read_a_text_are_refused(options, reason):
    assert reason in refusal_of(PLAIN, options)


def test_only_a_text_is_read_in_lower_case():
    assert "no parameter 'case'" in refusal_of("S -> N\nN = a b", "case=lower", "template")
    with pytest.raises(InputError, match="needs file=PATH"):
        parse_law("markov:case=lower", SYMBOL_LAWS, "law", lambda path: io.BytesIO(b""))


def test_a_text_of_nothing_but_punctuation_is_too_small():
    assert "too small for order=1" in refusal_of("a . , ;\n...", "order=1,punctuation=strip")


# --- what the lexicon lacks


def test_words_that_the_lexicon_lacks_are_told_with_a_way_to_find_them():
    law = law_of("The Cat sat on the mat.\nThe cat sat. On the mat!")
    assert [
        "7 of 12 tokens of the text (6 of 10 different words) are not in the lexicon, so they are never drawn; "
        "the commonest: 'The' (2), 'Cat' (1), 'mat.' (1), 'sat.' (1), 'On' (1); "
        "`law=markov:file=PATH,case=lower,punctuation=strip` finds 7 of these tokens"
    ] == notes_of(law, "the", "cat", "sat", "on", "mat")


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ("The cat\nthe dog", "; `law=markov:file=PATH,case=lower` finds 1 of these tokens"),
        ("the cat.\nthe dog", "; `law=markov:file=PATH,punctuation=strip` finds 1 of these tokens"),
        ("The. the cat\nthe dog", "; `law=markov:file=PATH,case=lower,punctuation=strip` finds 1 of these tokens"),
        ("the xx cat\nXx the", ""),
    ],
)
def test_no_more_is_offered_than_helps(text, offer):
    (note,) = notes_of(law_of(text), "the", "cat", "dog")
    assert note.partition("; the commonest: ")[2].partition(";")[1:] == offer.partition(";")[1:]


def test_words_in_another_normal_form_are_told():
    (note,) = notes_of(law_of("cafe\u0301 x\ncafe\u0301"), "café", "x")
    assert note.endswith("'cafe\u0301' (2); saved in NFC, the text has 2 of these tokens as the lexicon does")
    (note,) = notes_of(law_of("café x"), "cafe\u0301", "x")
    assert note.endswith("; saved in NFD, the text has 1 of these tokens as the lexicon does")


def test_nothing_is_told_where_nothing_is_missing():
    assert [] == notes_of(law_of(PLAIN), *PLAIN.split())
    assert [] == notes_of(law_of("The cat", "case=lower,order=1"), "the", "cat")
    assert [] == list(parse_law("zipf", SYMBOL_LAWS, "law", open).notes(SimpleNamespace(words=("a",))))


def test_a_text_without_any_known_word_says_what_would_help():
    law = law_of("THE CAT\nTHE DOG")
    lexicon = SimpleNamespace(words=("the", "cat", "dog"))
    with pytest.raises(InputError, match=r"none of the text's words .* `law=markov:file=PATH,case=lower` finds 4 of"):
        law.bind(3, lambda: lexicon)


def test_missing_words_of_a_grammar_are_told_but_not_those_of_our_own():
    law = law_of("S -> N V\nN = dog zebu cat\nV = runs zags", "longest=5", "template")
    assert ["2 of 5 words of the grammar are not in the lexicon, so they are never drawn: 'zebu', 'zags'"] == notes_of(
        law, "dog", "cat", "runs"
    )
    assert [] == notes_of(law, "dog", "cat", "runs", "zebu", "zags")
    own = parse_law("template", SYMBOL_LAWS, "law", open)
    assert [] == notes_of(own, "dog")


def test_a_grammar_has_lines_and_words_as_a_reader_sees_them():
    plain = "S -> N V\nN = dog cat\nV = runs"
    for end in ("\r", "\u2028", "\x0c", "\n" + BOM):
        assert law_of(plain, "longest=5", "template") == law_of(plain.replace("\n", end), "longest=5", "template")
    assert "line 2 has 'd\\u200bog', with U+200B ZERO WIDTH SPACE" in refusal_of(
        plain.replace("dog", "d\u200bog"), "longest=5", "template"
    )
