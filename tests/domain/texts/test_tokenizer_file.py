"""The files of a tokenizer: what they hold, where they are written, and what is refused."""

import json

import numpy as np
import pytest

from hyperphrase import InputError, Lexicon, write_tokenizer
from hyperphrase.texts.new_file import new_file
from hyperphrase.texts.tokenizer_file import SPECIAL_TOKENS, tokenizer_files

LEXICON = Lexicon.load("synthetic", vocabulary=1000)
NAMES = ["tokenizer.json", "tokenizer_config.json"]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_symbols_keep_their_ids_and_special_tokens_follow():
    files = tokenizer_files(LEXICON)
    tokenizer, config = (json.loads(files[name]) for name in NAMES)
    expected = {text: i for i, text in enumerate([*LEXICON.symbols, *SPECIAL_TOKENS])}
    assert expected == tokenizer["model"]["vocab"]
    assert [(1000 + i, text) for i, text in enumerate(SPECIAL_TOKENS)] == [
        (token["id"], token["content"]) for token in tokenizer["added_tokens"]
    ]
    roles = [config[f"{role}_token"] for role in ("eos", "bos", "pad", "unk")]
    assert list(SPECIAL_TOKENS) == roles
    assert tokenizer["model"]["unk_token"] == config["unk_token"]
    assert LEXICON.digest == config["hyperphrase_lexicon"]


def test_the_same_lexicon_gives_the_same_bytes(tmp_path):
    write_tokenizer(LEXICON, tmp_path / "a" / "deep")
    write_tokenizer(Lexicon.load("synthetic", vocabulary=1000), str(tmp_path / "b"))
    assert [NAMES, NAMES] == [names_in(tmp_path / "a" / "deep"), names_in(tmp_path / "b")]
    for name, data in tokenizer_files(LEXICON).items():
        assert data == (tmp_path / "a" / "deep" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_an_earlier_tokenizer_is_replaced(tmp_path):
    write_tokenizer(Lexicon.load("synthetic", vocabulary=500), tmp_path)
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "tokenizer.json").unlink()  # as an interrupt leaves it
    write_tokenizer(LEXICON, tmp_path)
    assert tokenizer_files(LEXICON)["tokenizer.json"] == (tmp_path / "tokenizer.json").read_bytes()


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"notes.txt": "mine"}, "'notes.txt'"),
        ({"tokenizer.json": "{}"}, "'tokenizer.json'"),
        ({"tokenizer.json": "{}", "tokenizer_config.json": "{}"}, "'tokenizer_config.json'"),
        ({"tokenizer_config.json": "[" * 100_000}, "'tokenizer_config.json'"),
        ({"tokenizer_config.json": "\ud800"}, "'tokenizer_config.json'"),
    ],
)
def test_files_of_others_stay(tmp_path, files, named):
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises(InputError) as caught:
        write_tokenizer(LEXICON, tmp_path)
    assert ("output", True) == (caught.value.field, named in str(caught.value))
    assert files == {path.name: path.read_bytes().decode(errors="surrogatepass") for path in tmp_path.iterdir()}


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as caught:
        write_tokenizer(LEXICON, tmp_path / "file")
    assert caught.value.field == "output"


@pytest.mark.parametrize(
    ("tokens", "mentioned"),
    [
        ([*SPECIAL_TOKENS[:3], LEXICON.words[7]], f"={LEXICON.words[7]}: is a word of the lexicon; give another"),
        ([LEXICON.symbols[0], "b", "c", "d"], "a symbol of the lexicon"),
        ([f"<{LEXICON.symbols[999]}>", "b", "c", "d"], "a symbol of the lexicon"),
        (["", "b", "c", "d"], "has 0 characters, and may have 1 to 100"),
        (["a" * 101, "b", "c", "d"], "has 101 characters"),
        (["a b", "b", "c", "d"], "holds ' '"),
        (["a\u200b", "b", "c", "d"], "cannot be seen"),
        (["a", "b", "c"], "give 4 different ones: end, begin, padding and unknown"),
        (["a", "b", "c", "a"], "give 4 different ones"),
    ],
)
def test_special_tokens_that_cannot_be_are_refused(tmp_path, tokens, mentioned):
    with pytest.raises(InputError) as caught:
        write_tokenizer(LEXICON, tmp_path / "new", tokens)
    assert caught.value.field == "special_tokens"
    assert mentioned in str(caught.value)
    assert [] == list(tmp_path.iterdir())


def test_nothing_is_left_where_writing_fails(tmp_path):
    def fail():
        with new_file(tmp_path / "name") as stream:
            stream.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert [] == list(tmp_path.iterdir())


def test_any_alphabet_gives_a_tokenizer():
    """Symbols that JSON escapes are no trap."""
    lexicon = Lexicon("x", ("one", "two"), np.ones(2), np.array([ord('"'), ord("\\")], np.uint32))
    vocabulary = json.loads(tokenizer_files(lexicon)["tokenizer.json"])["model"]["vocab"]
    assert (0, 1, 5) == (vocabulary['"'], vocabulary["\\"], vocabulary["<|unknown|>"])
