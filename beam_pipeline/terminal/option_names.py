"""The fields of the Python API as options of the command line: ``law`` is ``--sampler``."""

import re

from hyperphrase.errors import InputError

_SAME = (
    "alphabet", "budget", "by", "compression", "dictionary", "diversity", "first_seed", "follow_links", "html",
    "key", "lengths", "lexicon", "machine", "model", "most", "output", "phrases", "phrases_per_shard", "preset",
    "prices", "seeds", "special_tokens", "text", "tokenizer", "vocabulary",
)  # fmt: skip
_ARGUMENTS = ("folder", "query")  # the positional arguments OUT and WORDS
OPTIONS = {field: f"--{field}" for field in _SAME} | {"formats": "--format", "law": "--sampler"}
_mentioned = re.compile(rf"(?<!`)`({'|'.join(OPTIONS)})(=[^`]*)?`(?!`)")


def error_line(error: BaseException) -> str:
    """Return the text of ``error``, with its fields replaced by options."""
    text = str(error)
    if isinstance(error, InputError) and error.field is not None:
        rest = text.removeprefix(error.field)
        text = rest.removeprefix("=") if error.field in _ARGUMENTS else OPTIONS.get(error.field, error.field) + rest
    return with_options(text)


def with_options(text: str) -> str:
    """Return ``text`` with the fields in backticks, such as `law=zipf` or `key`, replaced by options."""
    return _mentioned.sub(lambda found: OPTIONS[found[1]] + (found[2] or ""), text)
