"""Laws that need a file besides their parameters: a model, a grammar. The corpus keeps a copy of it.

The recipe holds the file's digest alone. The bytes are in the corpus, where workers read them; a pickled law does not
contain them.
"""

import dataclasses
import hashlib
from abc import abstractmethod
from collections.abc import Container, Mapping
from typing import Any, ClassVar, Self

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import OpenFile
from hyperphrase.laws.plain_text import read_text

_UNKNOWN = "0" * 64  # the digest of a law whose file is not made yet


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileLaw(SymbolLaw):
    """A law with a file.

    of_file: what a user's file is, for the help. readings: ways to read it, by the option that asks for each: the
    option's value and what it does. They shape the law's file, and are no parameters of the law. digest: SHA-256 of the
    law's file, in hexadecimal; laws of equal parameters and digests are equal, with file or without.
    """

    of_file: ClassVar[str]
    readings: ClassVar[Mapping[str, tuple[str, str]]] = {}
    digest: str

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.digest) != 64 or set(self.digest) - set("0123456789abcdef"):
            raise InputError(f"{self.name}:digest={self.digest:.80} is not 64 hexadecimal digits")

    def attached(self) -> bytes | None:
        return vars(self).get("_file")

    def attach(self, data: bytes) -> Self:
        found = hashlib.sha256(data).hexdigest()
        if found != self.digest:
            raise CorruptError(f"the file of {self.name} has the digest {found}, the recipe says {self.digest}")
        return self._with(data)

    def file(self) -> bytes:
        """Return the file. Raises CorruptError where the law came without it."""
        data = self.attached()
        if data is None:
            raise CorruptError(f"the file of {self.name}, digest {self.digest}, is missing")
        return data

    def _with(self, data: bytes) -> Self:
        law = dataclasses.replace(self, digest=hashlib.sha256(data).hexdigest())
        vars(law)["_file"] = data
        return law

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: the parameters."""
        return {key: value for key, value in vars(self).items() if not key.startswith("_")}

    @abstractmethod
    def made_from(self, text: bytes | None, path: str, readings: Container[str]) -> bytes:
        """Return the file of this law's parameters, made from the text that ``path`` holds, None if none is given.

        readings: the names of those options that are given. Raises InputError without a field.
        """

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        path = given.get("file")
        if "digest" in given:
            raise InputError(f"{cls.name} has no parameter 'digest'; {cls.usage()}")
        readings = {name: text for name, text in given.items() if name in cls.readings}
        for name, value in readings.items():
            if value != cls.readings[name][0]:
                allowed = f"write {name}={cls.readings[name][0]}, or leave it out"
                raise InputError(f"{cls.name}:{name}={value:.40} is no way to read the file; {allowed}")
        parameters = {name: text for name, text in given.items() if name not in ("file", *readings)}
        law = super().from_options({**parameters, "digest": _UNKNOWN}, open_file)
        text, name = (None, "") if path is None else cls.read(path, open_file, readings)
        return law._with(law.made_from(text, name, readings))

    @classmethod
    def read(cls, path: str, open_file: OpenFile, readings: Container[str]) -> tuple[bytes | None, str]:
        """Return the text that ``path`` holds, and what errors call it. Raises InputError without a field."""
        return read_text(path, open_file), path

    @classmethod
    def parameters(cls) -> dict[str, str]:
        readings = {name: f"{value}: {meaning}" for name, (value, meaning) in cls.readings.items()}
        return {"file": cls.of_file, **readings, **super().parameters()}

    def __str__(self) -> str:
        """Return the law as an option value, but for the path, which it does not know."""
        return super().__str__().replace(repr(self.digest), self.digest[:12] + "...")
