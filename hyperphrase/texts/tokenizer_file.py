"""The tokenizer of a lexicon as files that ``transformers.AutoTokenizer`` loads: a token is a symbol.

The model is a ``WordLevel`` of the library tokenizers: each character is looked up in a table. Symbols keep their ids,
0 to V-1; special tokens follow. V to V+2 are the ids that contexts may have for special symbols
(:func:`hyperphrase.training.plan_contexts`).
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hyperphrase.errors import InputError
from hyperphrase.given_paths import given_path
from hyperphrase.lexicon.lexicon import Lexicon
from hyperphrase.lexicon.text_table import unfit
from hyperphrase.texts.new_file import new_file

#: The special tokens in the order of their ids: end of a document (V), begin (V+1), padding (V+2), unknown (V+3).
SPECIAL_TOKENS = ("<|end|>", "<|begin|>", "<|pad|>", "<|unknown|>")
TOKENIZER_FILE, CONFIG_FILE = "tokenizer.json", "tokenizer_config.json"
_ROLES = ("eos_token", "bos_token", "pad_token", "unk_token")
_MARK = "hyperphrase_lexicon"  # the key of the config that says who wrote it
_NO_LIMIT = 10**30  # tokens that a model takes, for transformers
_MOST_SPECIAL = 100  # characters of a special token
_SMALL = 1 << 20  # bytes: a config has fewer


def write_tokenizer(
    lexicon: Lexicon, folder: str | os.PathLike[str], special_tokens: Sequence[str] = SPECIAL_TOKENS
) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json`` to a local folder: new, empty, or of an earlier tokenizer.

    special_tokens: the texts of the tokens for the end of a document, its begin, padding and unknown characters, with
    the ids V to V+3. The same lexicon gives the same bytes. Raises InputError, and then nothing is written.
    """
    files = tokenizer_files(lexicon, special_tokens)
    place = Path(given_path(folder, "output"))
    try:
        _check_folder(place)
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = f"cannot be used: {error.strerror}; choose another folder"
        raise InputError(problem, field="output", value=place) from error
    for name, data in files.items():
        with new_file(place / name) as stream:
            stream.write(data)


def tokenizer_files(lexicon: Lexicon, special_tokens: Sequence[str] = SPECIAL_TOKENS) -> dict[str, bytes]:
    """Return {name: content} of the files of :func:`write_tokenizer`, the config first. Raises InputError."""
    _check_special(lexicon, special_tokens)
    vocabulary = {text: i for i, text in enumerate([*lexicon.symbols, *special_tokens])}
    config: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        **dict(zip(_ROLES, special_tokens, strict=True)),
        "model_max_length": _NO_LIMIT,
        "clean_up_tokenization_spaces": False,
        "padding_side": "right",
        "model_input_names": ["input_ids", "attention_mask"],
        _MARK: lexicon.digest,
    }
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": vocabulary[text], "content": text, **flags} for text in special_tokens],
        "normalizer": None,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?m:.)"}, "behavior": "Isolated", "invert": False},
        "post_processor": None,
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": special_tokens[-1]},
    }
    return {
        CONFIG_FILE: (json.dumps(config, ensure_ascii=False, indent=2) + "\n").encode(),
        TOKENIZER_FILE: (json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")) + "\n").encode(),
    }


def _check_special(lexicon: Lexicon, special_tokens: Sequence[str]) -> None:
    """Raise InputError unless these are special tokens that nothing else can be."""
    if len(special_tokens) != len(SPECIAL_TOKENS) or len(set(special_tokens)) != len(special_tokens):
        problem = f"give {len(SPECIAL_TOKENS)} different ones: end, begin, padding and unknown, as in "
        problem += ",".join(SPECIAL_TOKENS)
        raise InputError(problem, field="special_tokens", value=",".join(special_tokens))
    for token in special_tokens:
        fault = _fault(lexicon, token)
        if fault:
            raise InputError(f"{fault}; give another text, as in <|end|>", field="special_tokens", value=token)


def _fault(lexicon: Lexicon, token: str) -> str | None:
    """Return why ``token`` cannot be a special token of the lexicon, None if it can."""
    if not 0 < len(token) <= _MOST_SPECIAL:
        return f"has {len(token)} characters, and may have 1 to {_MOST_SPECIAL}"
    found = unfit(token)
    if found or not token.isprintable():
        return f"holds {found[0]!a}, which no token may have" if found else "holds a character that cannot be seen"
    if token in lexicon.words:
        return "is a word of the lexicon"
    symbol = next((char for char in token if char in lexicon.symbols), None)
    return None if symbol is None else f"holds {symbol!r}, a symbol of the lexicon"


def _check_folder(folder: Path) -> None:
    """Raise InputError if ``folder`` holds what :func:`write_tokenizer` has not written. Raises OSError."""
    if not folder.exists():
        return
    names = {path.name for path in folder.iterdir()} - {".DS_Store"}
    if TOKENIZER_FILE in names and CONFIG_FILE not in names:
        strange = {TOKENIZER_FILE}
    else:
        strange = names - {TOKENIZER_FILE, CONFIG_FILE}
        if CONFIG_FILE in names and not _is_ours(folder / CONFIG_FILE):
            strange.add(CONFIG_FILE)
    if strange:
        problem = f"holds what is no part of a tokenizer of a lexicon: {min(strange)!r:.100}; choose another folder"
        raise InputError(problem, field="output", value=folder)


def _is_ours(path: Path) -> bool:
    """Tell whether a config was written by :func:`write_tokenizer`."""
    try:
        with path.open("rb") as stream:
            config = json.loads(stream.read(_SMALL))
    except (ValueError, RecursionError):
        return False
    return isinstance(config, dict) and _MARK in config
