"""The grammars that come with this package, ``grammars/NAME.txt``: how they are named, found and read.

``english`` and ``russian`` are the defaults for lexicons of these languages; ``english_small`` is the grammar of
English of the first releases. ``stop_lists/LANGUAGE.txt`` has slurs, obscenities and sexual terms, one a line: their
classes are without these words, unless they are allowed.
"""

from importlib import resources
from importlib.resources.abc import Traversable

from hyperphrase.errors import InputError
from hyperphrase.laws.grammar import OpenFile, nearest
from hyperphrase.laws.plain_text import read_text
from hyperphrase.laws.text.template_grammar import without_words

_ENDING = ".txt"


def shipped_names() -> list[str]:
    """Return the names of the shipped grammars, in the order of the alphabet."""
    return sorted(file.name.removesuffix(_ENDING) for file in _folder().iterdir() if file.name.endswith(_ENDING))


def shipped_grammar(name: str, allow_offensive: bool = False) -> bytes:
    """Return the shipped grammar of a name, by default without the words of its language's stop list.

    Raises InputError, without a field, if there is none.
    """
    names = shipped_names()
    if name not in names:
        raise InputError(f"there is no grammar {name!r:.80}{nearest(name, names)}; there are {', '.join(names)}")
    grammar = _folder().joinpath(name + _ENDING).read_bytes()
    return grammar if allow_offensive else without_words(grammar.decode(), stop_list(name.partition("_")[0])).encode()


def stop_list(language: str) -> frozenset[str]:
    """Return the words that shipped grammars of a language leave out; none if there is no list."""
    file = resources.files("hyperphrase.laws.text").joinpath("stop_lists", language + _ENDING)
    lines = file.read_text(encoding="utf-8").split("\n") if file.is_file() else []
    return frozenset(line for line in lines if line and not line.startswith("#"))


def read_grammar(source: str, open_file: OpenFile, allow_offensive: bool) -> tuple[bytes, str]:
    """Return the grammar that ``source`` names, and what errors call it.

    allow_offensive: whether a shipped one keeps the words of its stop list. source: the name of a shipped grammar, or
    the path of a user's; ``./english`` is the path of a file named as a shipped one. Raises InputError, without a
    field.
    """
    if source in shipped_names():
        return shipped_grammar(source, allow_offensive), source + _ENDING
    try:
        return read_text(source, open_file), source
    except InputError as error:
        if isinstance(error.__cause__, FileNotFoundError) and not set(source) & set("./\\"):
            names = ", ".join(shipped_names())
            problem = f"{source:.80} is neither a grammar of this package{nearest(source, shipped_names())} nor a file"
            raise InputError(f"{problem}; give one of {names}, or a path") from error
        raise


def is_shipped(grammar: bytes) -> bool:
    """Tell whether a law's grammar is one of the shipped ones, with the words of its stop list or without."""
    return any(grammar == shipped_grammar(name, allow) for name in shipped_names() for allow in (False, True))


def _folder() -> Traversable:
    return resources.files("hyperphrase.laws.text").joinpath("grammars")
