"""The manifest: one file that describes a corpus. With the lexicon and any file of the law, it gives every phrase.

If there are many dropped seeds or shards, they are in separate files, which the manifest lists with size and checksum.

Manifests are untrusted: every field is validated before use, and file names cannot leave the folder.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import google_crc32c

from hyperphrase.codecs import FORMATS
from hyperphrase.corpus import shard_table
from hyperphrase.corpus.layout import DROPPED_FILE, MEANINGS_FILE, SHARDS_FILE, meanings_name
from hyperphrase.corpus.request import DICTIONARY_KINDS, CorpusRequest, Output, shard_names
from hyperphrase.corpus.shard_table import Shard, ShardTable, bytes_in, shard_of
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.formatting import format_bytes, html_table
from hyperphrase.lexicon.word_vectors import VECTOR_DIGESTS
from hyperphrase.limits import MAX_LENGTH, MAX_UNIT, MAX_UNITS, SEED_STOP
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.untrusted.json_values import short_text, whole

MAX_BYTES = 1 << 24  # 16 MiB: enough, because the lists in it are limited
_MOST_CONTAINERS = 100_000  # JSON lists and objects: in memory each takes twenty times its bytes
MAX_LISTED = 1000  # dropped seeds in the manifest itself; more go to DROPPED_FILE, uint64 little-endian
MAX_SHARDS_LISTED = 10_000  # shards in the manifest itself; more go to SHARDS_FILE, a shard_table
_FILE_NAME = re.compile(r"(statistics/|dictionary/)?[a-z_]{1,40}\.(json|csv|parquet|html|bin|npy)")
_MEANINGS_NAME = re.compile(r"meanings-[0-9]{5,10}-of-[0-9]{5,10}\.arrow")
_SHARD_NAME = re.compile(r"phrases-[0-9]{5,10}-of-[0-9]{5,10}\.[a-z.]{3,20}")


@dataclass(frozen=True)
class File:
    """A file of the corpus that is not a shard. name: its path inside the folder. crc32c: that of the whole file."""

    name: str
    bytes: int
    crc32c: int


@dataclass(frozen=True)
class DroppedSeeds:
    """The dropped seeds. listed: the seeds if the manifest lists them, None if they are in DROPPED_FILE."""

    count: int
    listed: tuple[int, ...] | None


@dataclass(frozen=True)
class Dictionary:
    """The meanings of all phrases.

    kind: one of DICTIONARY_KINDS. shards: the files of meanings, one for each unit. vectors: those of the words,
    ``glove`` or ``navec``; those of ``discourse`` are its law's.
    """

    kind: str
    shards: Sequence[Shard]
    vectors: str = "glove"

    def to_json(self) -> dict[str, Any]:
        """Return the dictionary's entry in the manifest; it names the digest of vectors other than GloVe's."""
        vectors = {} if self.vectors == "glove" else {"vectors": VECTOR_DIGESTS[self.vectors]}
        return {"kind": self.kind, **vectors, "shards": _listed(self.shards, MEANINGS_FILE)}


@dataclass(frozen=True)
class Manifest:
    """The description of a complete corpus.

    first_seed, stop_seed: the drawn range, half open. kept: phrases in the corpus. length_histogram: {symbols in a
    phrase: phrases}. shards: by output and then by unit. files: all other files. lexicon: its name. versions: of the
    programs that made the corpus, by name.
    """

    recipe: Recipe
    first_seed: int
    stop_seed: int
    phrases_per_shard: int
    outputs: tuple[Output, ...]
    kept: int
    length_histogram: dict[int, int]
    shards: Sequence[Shard]
    dropped: DroppedSeeds
    files: tuple[File, ...]
    lexicon: str
    versions: dict[str, str]
    dictionary: Dictionary | None = None

    @property
    def drawn(self) -> int:
        """The number of drawn seeds."""
        return self.stop_seed - self.first_seed

    @property
    def symbols(self) -> int:
        """The number of symbols in the corpus; it does not depend on the number of formats."""
        return sum(length * phrases for length, phrases in self.length_histogram.items())

    def shards_of(self, output: Output) -> Sequence[Shard]:
        """Return the shards of one output, in the order of their units."""
        each = len(self.shards) // len(self.outputs)
        first = self.outputs.index(output) * each
        return self.shards[first : first + each]

    @property
    def request(self) -> CorpusRequest:
        """The request, by range of seeds, that gives this corpus."""
        kind = self.dictionary.kind if self.dictionary else None
        seeds = self.first_seed, self.stop_seed
        return CorpusRequest(self.recipe, *seeds, None, self.phrases_per_shard, self.outputs, kind)

    def _repr_html_(self) -> str:
        """Return a table for notebooks: totals, formats with their bytes, and the recipe."""
        rows = [
            ("phrases", f"{self.kept:,} of {self.drawn:,} seeds, {self.first_seed:,} to {self.stop_seed - 1:,}"),
            ("symbols", f"{self.symbols:,}, of the lexicon {self.lexicon}"),
        ]
        stored = [(f"{each.format}, {each.compression}", self.shards_of(each)) for each in self.outputs]
        stored += [(f"dictionary, {self.dictionary.kind}", self.dictionary.shards)] if self.dictionary else []
        rows += [(name, format_bytes(bytes_in(shards))) for name, shards in stored]
        return html_table("hyperphrase manifest", [*rows, *self.recipe.facts()])

    def dumps(self) -> bytes:
        """Return the manifest as JSON; its last field is the SHA-256 of the others. Equal corpora give equal bytes."""
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
            "bytes": bytes_in(self.shards),
            "phrases_per_shard": self.phrases_per_shard,
            "outputs": [asdict(output) for output in self.outputs],
            "length_histogram": {str(length): phrases for length, phrases in self.length_histogram.items()},
            "shards": _listed(self.shards, SHARDS_FILE),
            "dropped_seeds": list(dropped.listed)
            if dropped.listed is not None
            else {"file": DROPPED_FILE, "count": dropped.count},
            "files": [asdict(file) for file in self.files],
            "versions": self.versions,
            **({"dictionary": self.dictionary.to_json()} if self.dictionary else {}),
        }

    def tables(self) -> dict[str, bytes]:
        """Return the contents of the shard tables, by file name, for shards that the manifest does not list itself."""
        shards = {SHARDS_FILE: self.shards, MEANINGS_FILE: self.dictionary.shards if self.dictionary else ()}
        unlisted = {name: table for name, table in shards.items() if len(table) > MAX_SHARDS_LISTED}
        return {name: table.dumps() for name, table in unlisted.items() if isinstance(table, ShardTable)}


def _listed(shards: Sequence[Shard], file: str) -> Any:
    if len(shards) > MAX_SHARDS_LISTED:
        return {"file": file, "count": len(shards)}
    return [asdict(shard) for shard in shards]


def loads(data: bytes, where: str, read: Callable[[str], bytes | None] = lambda _: None) -> Manifest:
    """Return the manifest in ``data``, every field validated. Raises CorruptError.

    read: returns the bytes of a shard table by its file name, None if there is no such file; called only for shards
    that the manifest does not list itself.
    """
    try:
        if data.count(b"{") + data.count(b"[") > _MOST_CONTAINERS:
            raise InputError("it lists more than is allowed")
        manifest = _parse(json.loads(data), read)
        if manifest.dumps() != data:
            raise InputError("its totals, digests or bytes do not match its other fields")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = f"no key {error}" if isinstance(error, KeyError) else str(error)
        raise CorruptError(f"{where}: not a manifest of a corpus: {reason}") from error
    return manifest


def _parse(raw: Any, read: Callable[[str], bytes | None]) -> Manifest:
    recipe = Recipe.from_json(raw["recipe"])
    first_seed = whole(raw["first_seed"], 0, SEED_STOP)
    stop_seed = whole(raw["stop_seed"], first_seed + 1, recipe.seed_stop())
    histogram = {whole(int(key), 1, MAX_LENGTH): whole(n, 1, SEED_STOP) for key, n in raw["length_histogram"].items()}
    kept = whole(raw["kept"], 0, stop_seed - first_seed)
    if sum(histogram.values()) != kept:
        raise InputError(f"the length histogram sums to {sum(histogram.values())}, kept is {kept}")
    dropped = _parse_dropped(raw["dropped_seeds"], first_seed, stop_seed)
    if dropped.count + kept != stop_seed - first_seed:
        raise InputError(f"kept {kept} plus dropped {dropped.count} is not {stop_seed - first_seed} drawn")
    outputs = tuple(_parse_output(output) for output in raw["outputs"])
    per_shard = whole(raw["phrases_per_shard"], 1, MAX_UNIT)
    files = tuple(_parse_file(file) for file in raw["files"])
    units = whole(-(-(stop_seed - first_seed) // per_shard), 1, MAX_UNITS)
    tables = _Tables(units, {file.name: file for file in files}, read)
    return Manifest(
        recipe,
        first_seed,
        stop_seed,
        per_shard,
        outputs,
        kept,
        histogram,
        _parse_shards(raw["shards"], tables, outputs),
        dropped,
        files,
        short_text(raw["lexicon"]),
        {short_text(name): short_text(version) for name, version in raw["versions"].items()},
        _parse_dictionary(raw["dictionary"], tables) if "dictionary" in raw else None,
    )


def _parse_output(raw: Any) -> Output:
    output = Output(short_text(raw["format"]), short_text(raw["compression"]), short_text(raw["text"]))
    if output.format not in FORMATS or output.text not in ("symbols", "words"):
        raise InputError(f"unknown output {raw!r:.100}")
    FORMATS[output.format].check_compression(output.compression)
    return output


@dataclass(frozen=True)
class _Tables:
    """The shard tables of a manifest. files: those that the manifest lists with size and checksum. read: reads one."""

    units: int
    files: dict[str, File]
    read: Callable[[str], bytes | None]

    def parse(self, raw: Any, file: str, outputs: int, name: Callable[[int], str]) -> ShardTable:
        """Return the shards that are in ``file`` according to ``raw``: one for each unit and output."""
        count = outputs * self.units
        if raw != {"file": file, "count": count} or count <= MAX_SHARDS_LISTED:
            raise InputError(f"{count} shards are listed, or in {file}, not as {raw!r:.100}")
        data = self.read(file)
        if data is None or (len(data), google_crc32c.value(data)) != (self.files[file].bytes, self.files[file].crc32c):
            raise InputError(f"{file} is missing, or does not match the manifest")
        return shard_table.loads(data, count, name, self.units, file)


def _parse_dictionary(raw: Any, tables: _Tables) -> Dictionary:
    if raw["kind"] not in DICTIONARY_KINDS:
        raise InputError(f"unknown dictionary {raw['kind']!r:.100}")
    names = {digest: name for name, digest in VECTOR_DIGESTS.items()}
    vectors = names.get(short_text(raw["vectors"])) if "vectors" in raw else "glove"
    if vectors is None:
        raise InputError(f"the dictionary was made with vectors of another digest, {raw['vectors']!r:.100}")
    if isinstance(raw["shards"], dict):
        table = tables.parse(raw["shards"], MEANINGS_FILE, 1, lambda i: meanings_name(i, tables.units))
        return Dictionary(raw["kind"], table, vectors)
    return Dictionary(raw["kind"], tuple(_parse_shard(shard, _MEANINGS_NAME) for shard in raw["shards"]), vectors)


def _parse_shards(raw: Any, tables: _Tables, outputs: tuple[Output, ...]) -> Sequence[Shard]:
    if isinstance(raw, dict):
        return tables.parse(raw, SHARDS_FILE, len(outputs), shard_names(tables.units, outputs))
    return tuple(_parse_shard(shard) for shard in raw)


def _parse_shard(raw: Any, names: re.Pattern[str] = _SHARD_NAME) -> Shard:
    name = short_text(raw["name"])
    if not names.fullmatch(name):
        raise InputError(f"shard name {name!r:.100} is not valid in a corpus")
    return shard_of(raw)


def _parse_dropped(raw: Any, first_seed: int, stop_seed: int) -> DroppedSeeds:
    if isinstance(raw, list):
        if len(raw) > MAX_LISTED:
            raise InputError(f"{len(raw)} dropped seeds are listed; above {MAX_LISTED} they belong in {DROPPED_FILE}")
        listed = tuple(whole(seed, first_seed, stop_seed - 1) for seed in raw)
        if list(listed) != sorted(set(listed)):
            raise InputError("dropped seeds are not ascending")
        return DroppedSeeds(len(listed), listed)
    if raw["file"] != DROPPED_FILE:
        raise InputError(f"dropped seeds are in {DROPPED_FILE}, not in {raw['file']!r:.100}")
    return DroppedSeeds(whole(raw["count"], 1, SEED_STOP), None)


def _parse_file(raw: Any) -> File:
    name = short_text(raw["name"])
    if not _FILE_NAME.fullmatch(name):
        raise InputError(f"file name {name!r:.100} is not valid in a corpus")
    return File(name, whole(raw["bytes"], 0, SEED_STOP), whole(raw["crc32c"], 0, 2**32 - 1))


def _json_bytes(data: Any) -> bytes:
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()
