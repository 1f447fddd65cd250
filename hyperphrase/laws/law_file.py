"""Laws that need a file besides their parameters: a model, a grammar. The corpus keeps a copy of it.

The recipe holds the file's digest alone. The bytes are in the corpus, where workers read them; a pickled law does not
contain them.
"""

import dataclasses
import hashlib
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.base import SymbolLaw
from hyperphrase.laws.grammar import OpenFile

TEXT_LIMIT = 64 << 20  # 64 MiB: the longest text that a law is made from
_UNKNOWN = "0" * 64  # the digest of a law whose file is not made yet


@dataclasses.dataclass(frozen=True, kw_only=True)
class FileLaw(SymbolLaw):
    """A law with a file.

    of_file: what a user's file is, for the help. digest: SHA-256 of the law's file, in hexadecimal; laws of equal
    parameters and digests are equal, with file or without.
    """

    of_file: ClassVar[str]
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
    def made_from(self, text: bytes | None, path: str) -> bytes:
        """Return the file of this law's parameters, made from the text that ``path`` holds, None if none is given.

        Raises InputError without a field.
        """

    @classmethod
    def from_options(cls, given: Mapping[str, str], open_file: OpenFile) -> Self:
        path = given.get("file")
        if "digest" in given:
            raise InputError(f"{cls.name} has no parameter 'digest'; {cls.usage()}")
        parameters = {name: text for name, text in given.items() if name != "file"}
        law = super().from_options({**parameters, "digest": _UNKNOWN}, open_file)
        return law._with(law.made_from(None if path is None else _read(path, open_file), path or ""))

    @classmethod
    def parameters(cls) -> dict[str, str]:
        return {"file": cls.of_file, **super().parameters()}

    def __str__(self) -> str:
        """Return the law as an option value, but for the path, which it does not know."""
        return super().__str__().replace(repr(self.digest), self.digest[:12] + "...")


def _read(path: str, open_file: OpenFile) -> bytes:
    """Return the content of a user's text file. Raises InputError if it cannot be read, is too long or not UTF-8."""
    try:
        with open_file(path) as stream:
            data = stream.read(TEXT_LIMIT + 1)
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror or error}); name a text file") from error
    if len(data) > TEXT_LIMIT:
        raise InputError(f"{path} is larger than {TEXT_LIMIT >> 20} MiB; give a part of it")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}: line {line} is not UTF-8; save the file as UTF-8") from error
    return data.removeprefix(b"\xef\xbb\xbf")
