"""Laws and the grammar that names them: ``zipf:s=1.0,beta=2.7``.

A law is a frozen dataclass whose fields are its parameters. A field's metadata gives its range and meaning, for the
parser, the error messages, the help and the recipe alike.
"""

import dataclasses
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, BinaryIO, ClassVar, Self, TypeVar

from hyperphrase.errors import InputError
from hyperphrase.numerals import NUMBER, WHOLE, parse_number, parse_whole

OpenFile = Callable[[str], BinaryIO]
_LawT = TypeVar("_LawT", bound="Law")
_LONGEST_NAME = 100  # characters; longer names are not compared with the known ones

#: A value, quoted or up to the next comma: ``file="a,b.txt",order=2``.
_value_of = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([^,]*))(?:,|$)""").match


def parameter(low: float, high: float, meaning: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare a parameter within ``low``..``high`` inclusive; without a default it has to be given."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


def flag(meaning: str, default: bool) -> Any:
    """Declare a parameter that is true or false."""
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Law:
    """A named law with its parameters; equal laws draw the same."""

    name: ClassVar[str]
    summary: ClassVar[str]

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            if "low" in field.metadata:
                _check_range(f"{self.name}:{field.name}", getattr(self, field.name), field.metadata)

    @classmethod
    def parse(cls, text: str, open_file: OpenFile, language: str = "english", allow_offensive: bool = False) -> Self:
        """Make the law from what stands behind its name and colon, all of it. Raises InputError as from_options."""
        allowed = {"offensive": "allow"} if allow_offensive and "offensive" in cls.parameters() else {}
        return cls.from_options({**cls.defaults(language), **allowed, **_values(cls.name, text)}, open_file)

    @classmethod
    def defaults(cls, language: str) -> Mapping[str, str]:
        """Return the options whose defaults depend on the language of the lexicon, ``english`` or ``russian``."""
        return {}

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        """Make the law from the texts behind its name; ``open_file`` serves laws that read a file.

        Raises InputError without a field: :func:`parse_law` adds it.
        """
        fields = {field.name: field for field in dataclasses.fields(cls)}
        for name in given:
            if name not in fields:
                raise InputError(f"{cls.name} has no parameter {name!r:.80}{nearest(name, fields)}; {cls.usage()}")
        for name, field in fields.items():
            if field.default is dataclasses.MISSING and name not in given:
                raise InputError(f"{cls.name} needs {name}=...; {cls.usage()}")
        return cls(**{name: _value(cls.name, name, text, fields[name].type) for name, text in given.items()})

    @classmethod
    def parameters(cls) -> dict[str, str]:
        """Return what each declared parameter means, its range and its default, by its name."""
        texts = {}
        for field in dataclasses.fields(cls):
            if "meaning" in field.metadata:
                meaning, low, high = (field.metadata.get(key) for key in ("meaning", "low", "high"))
                allowed = "true or false" if low is None else f"{low} to {high}"
                default = "" if field.default is dataclasses.MISSING else f", default {_text(field.default)}"
                texts[field.name] = f"{meaning}, {allowed}{default}"
        return texts

    @classmethod
    def usage(cls) -> str:
        """Return the law's parameters, ranges and defaults in a line."""
        parts = [f"{name} ({text})" for name, text in cls.parameters().items()]
        return f"its parameters: {', '.join(parts)}" if parts else "it has no parameters"

    def to_json(self) -> dict[str, Any]:
        """Return name and parameters as plain data; the inverse of :func:`law_from_json`."""
        return {"name": self.name, **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Make the law from what :meth:`to_json` gave, less the name. Raises InputError."""
        fields = {field.name: field.type for field in dataclasses.fields(cls)}
        if set(data) != set(fields):
            raise InputError(f"{cls.name} has the parameters {sorted(fields)}, not {sorted(data)!s:.200}")
        texts = {
            name: value if isinstance(value, str) and _is_text(fields[name]) else _text(value)
            for name, value in data.items()
        }
        return cls(**{name: _value(cls.name, name, text, fields[name]) for name, text in texts.items()})

    def __str__(self) -> str:
        """Return the law as an option value."""
        given = ",".join(f"{field.name}={_text(getattr(self, field.name))}" for field in dataclasses.fields(self))
        return f"{self.name}:{given}" if given else self.name


def parse_law(
    text: str,
    laws: Mapping[str, type[_LawT]],
    field: str,
    open_file: OpenFile,
    language: str = "english",
    *,
    allow_offensive: bool = False,
) -> _LawT:
    """Return the law that ``text`` names, as in ``zipf:s=1.0``. Raises InputError of ``field``.

    language: that of the lexicon, ``english`` or ``russian``; it decides :meth:`Law.defaults`. allow_offensive: whether
    a law that has a stop list gets ``offensive=allow``.
    """
    name, _, rest = text.partition(":")
    if name not in laws:
        problem = f"there is no law {name!r:.80}{nearest(name, laws)}; choose one of {', '.join(sorted(laws))}"
        raise InputError(problem, field=field, value=text)
    try:
        return laws[name].parse(rest, open_file, language, allow_offensive)
    except InputError as error:
        raise error.for_field(field, text) from error


def law_from_json(data: Any, laws: Mapping[str, type[_LawT]]) -> _LawT:
    """Return the law that a recipe's JSON describes. Raises InputError."""
    name = data.get("name") if isinstance(data, dict) else None
    if not isinstance(name, str) or name not in laws:
        raise InputError(f"there is no law {data!r:.100}; known are {', '.join(sorted(laws))}")
    return laws[name].from_json({key: value for key, value in data.items() if key != "name"})


def nearest(word: str, known: Iterable[str]) -> str:
    """Return `` (did you mean 'x'?)`` for the known word nearest to ``word``, or nothing.

    Long ones are not compared: that takes the product of their lengths, and a word may be all of a stranger's file.
    """
    near = [name for name in known if len(name) <= _LONGEST_NAME] if len(word) <= _LONGEST_NAME else []
    matches = difflib.get_close_matches(word, near, n=1, cutoff=0.6)
    return f" (did you mean {matches[0]!r}?)" if matches else ""


def _values(law: str, text: str) -> dict[str, str]:
    """Return the values of ``key=value,key=value`` by their keys. Raises InputError."""
    given: dict[str, str] = {}
    at = 0 if text else 1
    while at <= len(text):  # a comma at the end begins an empty part
        part = text[at:].partition(",")[0]
        key, equals, _ = part.partition("=")
        found = _value_of(text, at + len(key) + 1) if equals else None
        value = next((group for group in found.groups() if group is not None), "") if found else ""
        if found is None or not key or not value:
            raise InputError(
                f"{part!r:.80} is not key=value; write {law}:key=value,key=value, and a value that has a comma in "
                f'quotes, as in {law}:key="a,b"'
            )
        if key in given:
            raise InputError(f"{law}:{key} is given twice; give it once")
        given[key] = value
        at = found.end() if found[0].endswith(",") else len(text) + 1
    return given


def _is_text(kind: Any) -> bool:
    return kind in (str, "str")


def _value(law: str, name: str, text: str, kind: Any) -> int | float | bool | str:
    if _is_text(kind):
        return text
    if kind in (bool, "bool"):
        if text not in ("true", "false"):
            raise InputError(f"{law}:{name}={text:.40} is neither true nor false")
        return text == "true"
    whole = kind in (int, "int")
    value = parse_whole(text) if whole else parse_number(text)
    if value is None:
        raise InputError(f"{law}:{name}={text:.40} is not {WHOLE if whole else NUMBER}")
    return value


def _text(value: Any) -> str:
    """Return a parameter's value as it is written in an option."""
    return (
        str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int | float) else repr(value)
    )


def _check_range(name: str, value: float, metadata: Mapping[str, Any]) -> None:
    low, high = metadata["low"], metadata["high"]
    if not low <= value <= high:  # false for NaN too; no call of math: a whole number may be too large for a float
        raise InputError(f"{name}={value!s:.40} is outside its range; {metadata['meaning']} is from {low} to {high}")
