"""What every format of a shard offers, so that writers and readers need not know which one they have.

A format is stateless; an encoder belongs to one shard. The bytes of a shard depend on its phrases alone: however
these are cut into blocks, ``begin() + encode(block) + encode(block) + ... + end()`` is the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs.vector_packing import VECTOR_PADDING
from hyperphrase.errors import InputError
from hyperphrase.lexicon.text_table import TextTable
from hyperphrase.limits import MAX_LENGTH, MAX_VOCABULARY, SEED_STOP
from hyperphrase.phrases.blocks import PhraseBlock


@dataclass(frozen=True, eq=False)
class Texts:
    """How ids are written as text.

    table: UTF-8 of the text of each id.
    separator: what stands between two texts: ``b""`` (symbols) or ``b" "`` (words).
    """

    table: TextTable
    separator: bytes

    def __post_init__(self) -> None:
        """Raise :class:`ValueError` for a separator that the text kernels do not know."""
        if self.separator not in (b"", b" "):
            raise ValueError(f"separator: {self.separator!r} is neither b'' nor b' '")


class Encoder(ABC):
    """Turns the blocks of one shard into its bytes; reuses its buffers from block to block."""

    @abstractmethod
    def begin(self) -> bytes:
        """Return the bytes that open the file, ``b""`` if there are none."""

    @abstractmethod
    def encode(self, block: PhraseBlock) -> bytes | memoryview:
        """Return the bytes that follow from ``block``, valid until the next call; they may lag behind the phrases.

        Raises :class:`ValueError` for a block that breaks its own rules or the limits of this module.
        """

    @abstractmethod
    def end(self) -> bytes | memoryview:
        """Return the bytes that close the file, with whatever was held back."""


class Format(ABC):
    """One way to store phrases in a file; stateless. Most are :class:`ReadableFormat`.

    name: of the format, such as "tfrecord".
    compressions: their names; the first one is the default, "none".
    text: whether phrases are written as text, so that :class:`Texts` are needed.
    companion: the format of a second file that each shard has, None for no second file.
    library: the package that writes the file and is not installed with this one; None for none.
    grain: the sizes of its files are multiples of so many bytes.
    """

    name: str
    compressions: tuple[str, ...] = ("none",)
    text: bool = False
    companion: str | None = None
    library: str | None = None
    grain: int = 1

    def extension(self, compression: str) -> str:
        """Return the end of the file name, without its leading dot: "tfrecord", "jsonl.gz"."""
        return f"{self.name}.gz" if compression == "gzip" else self.name

    @abstractmethod
    def encoder(self, compression: str, texts: Texts | None, vocabulary: int) -> Encoder:
        """Return the encoder of one new shard; ``texts`` may be None where ``text`` is false."""

    def encoder_bytes(self, phrases: int) -> int:
        """Return the bytes of memory, at most, in which the encoder of a shard collects phrases, beyond a few blocks.

        phrases: those of the shard.
        """
        return 0

    def is_installed(self) -> bool:
        """Tell whether ``library`` is installed."""
        return True

    def check_library(self) -> None:
        """Raise :class:`InputError` if ``library`` is not installed."""
        if not self.is_installed():
            problem = f"needs the package {self.library}; pip install 'hyperphrase[{self.name}]'"
            raise InputError(problem, field="formats", value=self.name)

    def check_compression(self, compression: str) -> None:
        """Raise :class:`InputError` if this format has no such compression."""
        if compression not in self.compressions:
            allowed = ", ".join(self.compressions)
            problem = f"format {self.name} has {allowed}; choose one of these"
            raise InputError(problem, field="compression", value=compression)


class ReadableFormat(Format):
    """A format that phrases are read back from.

    stores_seeds: whether the seeds are in the file; else decoding numbers the phrases 0, 1, 2, ...
    """

    stores_seeds: bool = True

    @abstractmethod
    def decode(
        self, stream: BinaryIO, compression: str, texts: Texts | None, vocabulary: int, where: str
    ) -> Iterator[PhraseBlock]:
        """Yield the phrases of a shard in blocks of a few thousand that live until the next one is asked for.

        Reads ``stream`` (``read(n)``, which may return less than n) piece by piece in bounded memory. Only what
        :meth:`encoder` writes is accepted: everything else raises :class:`~hyperphrase.errors.CorruptError`,
        beginning with ``where``, the name of the file.
        """


class Columns(NamedTuple):
    """The columns of a :class:`PhraseBlock` as kernels take them, to read or to fill; shapes as there."""

    ids: NDArray[np.uint32]
    offsets: NDArray[np.int64]
    seeds: NDArray[np.uint64]


def columns_of(block: PhraseBlock) -> Columns:
    """Return the columns of ``block``."""
    return Columns(block.ids, block.offsets, block.seeds)


def needed(texts: Texts | None) -> Texts:
    """Return ``texts``, for a format that cannot do without."""
    if texts is None:
        raise ValueError("a text format needs texts")
    return texts


def check_block(block: PhraseBlock, vocabulary: int = MAX_VOCABULARY) -> None:
    """Raise :class:`ValueError` unless kernels that check nothing may encode ``block``."""
    lengths = block.lengths
    if len(lengths) != len(block.seeds) or block.offsets[0] != 0 or block.offsets[-1] != len(block.ids):
        raise ValueError("offsets of the block do not fit its ids and seeds")
    if not len(lengths):
        return
    if lengths.min() < 1 or lengths.max() > MAX_LENGTH:
        raise ValueError(f"phrase lengths {lengths.min()} to {lengths.max()}: allowed are 1 to {MAX_LENGTH}")
    if block.ids.max() >= vocabulary:
        raise ValueError(f"id {block.ids.max()}: allowed are 0 to {vocabulary - 1}")
    if block.seeds.max() >= SEED_STOP:
        raise ValueError(f"seed {block.seeds.max()}: allowed are 0 to {SEED_STOP - 1}")


class Buffer:
    """A byte buffer that grows and is used again; fresh memory would cost a page fault every 4 KiB.

    data: uint8, shape (capacity + VECTOR_PADDING,).
    size: bytes filled.
    """

    def __init__(self) -> None:
        self.data: NDArray[np.uint8] = np.empty(VECTOR_PADDING, np.uint8)
        self.size = 0

    def reserve(self, extra: int) -> None:
        """Make room for ``extra`` bytes (and the reach) behind the filled ones, which stay."""
        need = self.size + extra + VECTOR_PADDING
        if need > len(self.data):
            grown = np.empty(max(need, len(self.data) * 3 // 2), np.uint8)
            grown[: self.size] = self.data[: self.size]
            self.data = grown

    def append(self, piece: bytes | memoryview) -> None:
        """Put ``piece`` behind the filled bytes."""
        self.reserve(len(piece))
        self.data[self.size : self.size + len(piece)] = np.frombuffer(piece, np.uint8)
        self.size += len(piece)

    def view(self) -> memoryview:
        """Return the filled bytes, without a copy."""
        return self.data.data[: self.size]
