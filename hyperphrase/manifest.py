"""The manifest: what a corpus is, in one file; with the recipe it *is* the corpus.

A manifest from elsewhere is data: every field is checked before it is used, and names stay inside the folder.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hyperphrase.codecs import FORMATS
from hyperphrase.corpus import CorpusRequest, Output
from hyperphrase.dictionary import KINDS
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.limits import MAX_LENGTH, SEED_STOP
from hyperphrase.recipe import Recipe

MANIFEST_FILE = "manifest.json"
DROPPED_FILE = "dropped_seeds.bin"
MAX_BYTES = 1 << 30  # 1 GiB: some 4 million shards
MAX_LISTED = 1000  # dropped seeds in the manifest itself; more go to DROPPED_FILE, uint64 little-endian
_FILE_NAME = re.compile(r"(statistics/|dictionary/)?[a-z_]{1,40}\.(json|csv|avro|html|bin|npy)")
_MEANINGS_NAME = re.compile(r"meanings-[0-9]{5,10}-of-[0-9]{5,10}\.parquet")
_SHARD_NAME = re.compile(r"phrases-[0-9]{5,10}-of-[0-9]{5,10}\.[a-z.]{3,20}")


@dataclass(frozen=True)
class Shard:
    """One output file. first_seed, last_seed: of its phrases, None in an empty shard. crc32c: of all its bytes."""

    name: str
    phrases: int
    symbols: int
    bytes: int
    crc32c: int
    first_seed: int | None
    last_seed: int | None


@dataclass(frozen=True)
class File:
    """A file of the corpus beside its shards. name: inside the folder. crc32c: of all its bytes."""

    name: str
    bytes: int
    crc32c: int


@dataclass(frozen=True)
class DroppedSeeds:
    """The dropped seeds: listed in the manifest if they are few, else None and in DROPPED_FILE."""

    count: int
    listed: tuple[int, ...] | None


@dataclass(frozen=True)
class Dictionary:
    """The meanings of all phrases. kind: how they are made. shards: their files, one for each unit."""

    kind: str
    shards: tuple[Shard, ...]


@dataclass(frozen=True)
class Manifest:
    """A complete corpus."""

    recipe: Recipe
    first_seed: int
    stop_seed: int
    phrases_per_shard: int
    outputs: tuple[Output, ...]
    kept: int
    length_histogram: dict[int, int]
    shards: tuple[Shard, ...]
    dropped: DroppedSeeds
    files: tuple[File, ...]
    lexicon: str
    versions: dict[str, str]
    dictionary: Dictionary | None = None

    @property
    def drawn(self) -> int:
        """Seeds drawn."""
        return self.stop_seed - self.first_seed

    @property
    def symbols(self) -> int:
        """Symbols in the corpus, counted once however many formats hold it."""
        return sum(length * phrases for length, phrases in self.length_histogram.items())

    @property
    def request(self) -> CorpusRequest:
        """The request, by seed range, that gives this very corpus."""
        kind = self.dictionary.kind if self.dictionary else None
        seeds = self.first_seed, self.stop_seed
        return CorpusRequest(self.recipe, *seeds, None, self.phrases_per_shard, self.outputs, kind)

    def dumps(self) -> bytes:
        """Return the manifest as JSON, with the SHA-256 of the rest at its end: the same bytes for the same corpus."""
        data = self._to_json()
        data["manifest_digest"] = hashlib.sha256(_json_bytes(data)).hexdigest()
        return _json_bytes(data)

    def _to_json(self) -> dict[str, Any]:
        dropped = self.dropped
        return {
            "recipe": self.recipe.to_json(),
            "recipe_digest": self.recipe.digest,
            "lexicon": self.lexicon,
            "first_seed": self.first_seed,
            "stop_seed": self.stop_seed,
            "drawn": self.drawn,
            "dropped": dropped.count,
            "kept": self.kept,
            "symbols": self.symbols,
            "bytes": sum(shard.bytes for shard in self.shards),
            "phrases_per_shard": self.phrases_per_shard,
            "outputs": [asdict(output) for output in self.outputs],
            "length_histogram": {str(length): phrases for length, phrases in self.length_histogram.items()},
            "shards": [asdict(shard) for shard in self.shards],
            "dropped_seeds": list(dropped.listed)
            if dropped.listed is not None
            else {"file": DROPPED_FILE, "count": dropped.count},
            "files": [asdict(file) for file in self.files],
            "versions": self.versions,
            **({"dictionary": asdict(self.dictionary)} if self.dictionary else {}),
        }


def loads(data: bytes, where: str) -> Manifest:
    """Return the manifest in ``data``, every field checked. Raises CorruptError."""
    try:
        manifest = _parse(json.loads(data))
        if manifest.dumps() != data:
            raise InputError("its totals, digests or bytes are not those of its other fields")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"no key {error}" if isinstance(error, KeyError) else str(error)
        raise CorruptError(f"{where}: not a manifest of a corpus: {reason}") from error
    return manifest


def _parse(raw: Any) -> Manifest:
    recipe = Recipe.from_json(raw["recipe"])
    first_seed = _whole(raw["first_seed"], 0, SEED_STOP)
    stop_seed = _whole(raw["stop_seed"], first_seed + 1, recipe.seed_stop())
    histogram = {_whole(int(key), 1, MAX_LENGTH): _whole(n, 1, SEED_STOP) for key, n in raw["length_histogram"].items()}
    kept = _whole(raw["kept"], 0, stop_seed - first_seed)
    if sum(histogram.values()) != kept:
        raise InputError(f"the length histogram sums to {sum(histogram.values())}, kept is {kept}")
    dropped = _parse_dropped(raw["dropped_seeds"], first_seed, stop_seed)
    if dropped.count + kept != stop_seed - first_seed:
        raise InputError(f"kept {kept} and dropped {dropped.count} are not the {stop_seed - first_seed} drawn")
    return Manifest(
        recipe,
        first_seed,
        stop_seed,
        _whole(raw["phrases_per_shard"], 1, 1 << 24),
        tuple(_parse_output(output) for output in raw["outputs"]),
        kept,
        histogram,
        tuple(_parse_shard(shard) for shard in raw["shards"]),
        dropped,
        tuple(_parse_file(file) for file in raw["files"]),
        _text(raw["lexicon"]),
        {_text(name): _text(version) for name, version in raw["versions"].items()},
        _parse_dictionary(raw["dictionary"]) if "dictionary" in raw else None,
    )


def _parse_output(raw: Any) -> Output:
    output = Output(_text(raw["format"]), _text(raw["compression"]), _text(raw["text"]))
    if output.format not in FORMATS or output.text not in ("symbols", "words"):
        raise InputError(f"unknown output {raw!r:.100}")
    FORMATS[output.format].check_compression(output.compression)
    return output


def _parse_dictionary(raw: Any) -> Dictionary:
    if raw["kind"] not in KINDS:
        raise InputError(f"unknown dictionary {raw['kind']!r:.100}")
    return Dictionary(raw["kind"], tuple(_parse_shard(shard, _MEANINGS_NAME) for shard in raw["shards"]))


def _parse_shard(raw: Any, names: re.Pattern[str] = _SHARD_NAME) -> Shard:
    name = _text(raw["name"])
    if not names.fullmatch(name):
        raise InputError(f"shard name {name!r:.100} is not one of a corpus")
    phrases = _whole(raw["phrases"], 0, 1 << 24)
    ends = [_whole(raw[end], 0, SEED_STOP) if phrases else raw[end] for end in ("first_seed", "last_seed")]
    if not phrases and ends != [None, None]:
        raise InputError(f"{name} is empty and yet has seeds")
    symbols = _whole(raw["symbols"], phrases, phrases * MAX_LENGTH)
    return Shard(name, phrases, symbols, _whole(raw["bytes"], 0, SEED_STOP), _whole(raw["crc32c"], 0, 2**32 - 1), *ends)


def _parse_dropped(raw: Any, first_seed: int, stop_seed: int) -> DroppedSeeds:
    if isinstance(raw, list):
        if len(raw) > MAX_LISTED:
            raise InputError(f"{len(raw)} dropped seeds are listed; above {MAX_LISTED} they belong in {DROPPED_FILE}")
        listed = tuple(_whole(seed, first_seed, stop_seed - 1) for seed in raw)
        if list(listed) != sorted(set(listed)):
            raise InputError("dropped seeds are not ascending")
        return DroppedSeeds(len(listed), listed)
    if raw["file"] != DROPPED_FILE:
        raise InputError(f"dropped seeds are in {DROPPED_FILE}, not in {raw['file']!r:.100}")
    return DroppedSeeds(_whole(raw["count"], 1, SEED_STOP), None)


def _parse_file(raw: Any) -> File:
    name = _text(raw["name"])
    if not _FILE_NAME.fullmatch(name):
        raise InputError(f"file name {name!r:.100} is not one of a corpus")
    return File(name, _whole(raw["bytes"], 0, SEED_STOP), _whole(raw["crc32c"], 0, 2**32 - 1))


def parse_dropped_file(data: bytes, manifest: Manifest, where: str) -> NDArray[np.uint64]:
    """Return the dropped seeds in the bytes of DROPPED_FILE, ascending. Raises CorruptError."""
    if len(data) != 8 * manifest.dropped.count:
        raise CorruptError(f"{where}: {len(data)} bytes, the manifest says {8 * manifest.dropped.count}")
    seeds = np.frombuffer(data, "<u8")
    if np.any(seeds[1:] <= seeds[:-1]) or seeds[0] < manifest.first_seed or seeds[-1] >= manifest.stop_seed:
        raise CorruptError(f"{where}: seeds are not ascending within {manifest.first_seed}:{manifest.stop_seed}")
    return seeds.astype(np.uint64)


def _json_bytes(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def _whole(value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise InputError(f"{value!r:.40} is not a whole number from {low} to {high}")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise InputError(f"{value!r:.40} is not a short text")
    return value
