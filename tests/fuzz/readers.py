"""All readers of bytes that may come from a stranger, each with good files to begin from.

What a reader may do: return what the bytes say, or raise CorruptError or InputError. Where a value has one spelling,
writing it again has to give the very bytes that were read.
"""

import functools
import hashlib
import io
import json
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from types import SimpleNamespace
from typing import Any

import fastavro
import google_crc32c
import numpy as np
import zstandard

from beam_pipeline.folder import output_folder
from beam_pipeline.folder.make_again import command_of
from hyperphrase.codecs import FORMATS, ReadableFormat, Texts, avro
from hyperphrase.corpus import loading, manifest, shard_table
from hyperphrase.corpus.layout import SHORTFALL_FILE, meanings_name, row_file
from hyperphrase.corpus.manifest import Dictionary, DroppedSeeds, File, Manifest
from hyperphrase.corpus.request import Output, shard_names
from hyperphrase.corpus.shard_table import ROW, Shard, ShardTable, row_of
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.laws.grammar import parse_law
from hyperphrase.laws.independent.zipf import Zipf
from hyperphrase.laws.lengths import LENGTH_LAWS, Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.laws.text import markov_model
from hyperphrase.lexicon import word_vectors as vectors
from hyperphrase.lexicon.alphabet import code_points
from hyperphrase.lexicon.lexicon import Lexicon, build_lexicon, read_lexicon
from hyperphrase.lexicon.text_table import text_table
from hyperphrase.limits import MAX_VOCABULARY
from hyperphrase.meaning import phrase_meanings as meanings
from hyperphrase.meaning.dictionary import ESTIMATES, WITH_DISCOURSES, MeaningsWriter, read_meanings
from hyperphrase.numbers.batch import Batch
from hyperphrase.phrases.blocks import PhraseBlock
from hyperphrase.phrases.phrases import Phrases
from hyperphrase.phrases.recipe import Recipe
from hyperphrase.report import Subject, render
from hyperphrase.space.ranking import read_phrase
from hyperphrase.texts import TextEncoder
from tests.fuzz.mutations import Chance, mutated, mutated_json
from transforms.files import storage
from transforms.write_shards import finished

_MOST_DRAWN = 300  # hyperwords of a recipe that phrases are drawn by: what a law may allocate is tested by itself
_LONGEST_ERROR = 2000  # characters: an error is a line, not a file


@dataclass(frozen=True)
class Reader:
    """files: good ones. again: writes what was read. changed: makes a bad file; None for changes of the bytes.

    echoes: whether it is an option's text, which an error repeats as the user gave it.
    """

    files: tuple[bytes, ...]
    read: Callable[[bytes], Any]
    again: Callable[[Any], bytes] | None = None
    changed: Callable[[Chance], bytes] | None = None
    echoes: bool = False

    def bad_file(self, chance: Chance) -> bytes:
        """Return a file to try."""
        return self.changed(chance) if self.changed and chance.random() < 0.7 else mutated(self.files, chance)

    def attempt(self, data: bytes) -> bool:
        """Read ``data``; tell whether it was accepted. Raises what the reader must not raise, or AssertionError."""
        try:
            value = self.read(data)
        except (CorruptError, InputError) as error:
            if len(str(error)) > _LONGEST_ERROR and not self.echoes:
                raise AssertionError(f"an error of {len(str(error))} characters") from error
            return False
        if self.again is not None and self.again(value) != data:
            raise AssertionError("what was read is not what these bytes are the one spelling of")
        return True


# Shards

SYMBOLS = Texts(text_table([chr(p) for p in (0x21, 0xE9, 0x44F, 0x4E00, 0x4E01, 0xE000, 0x1F600, 0x10FFFD)]), b"")
WORDS = Texts(text_table(["a", "bc", "längeres", 'quo"te', "back\\slash", "b", "c", "d"]), b" ")
_PHRASES = ([(7, [0, 1, 2, 3]), (10**17, [7]), (2**62, [4, 5, 6] * 5)], [(0, [0] * 40)], [])


def _block(rows: list[tuple[int, list[int]]]) -> PhraseBlock:
    ids = np.array([i for _, row in rows for i in row], np.uint32)
    offsets = np.cumsum([0, *(len(row) for _, row in rows)], dtype=np.int64)
    return PhraseBlock(ids, offsets, np.array([seed for seed, _ in rows], np.uint64))


def _shard(name: str, compression: str, rows: list[tuple[int, list[int]]], texts: Texts) -> bytes:
    encoder = FORMATS[name].encoder(compression, texts, MAX_VOCABULARY)
    return encoder.begin() + bytes(encoder.encode(_block(rows))) + encoder.end()


def _rows(name: str, compression: str, texts: Texts, data: bytes) -> list[tuple[int, list[int]]]:
    rows = []
    for block in FORMATS[name].decode(io.BytesIO(data), compression, texts, MAX_VOCABULARY, "shard"):
        bounds = block.offsets.tolist()
        rows += [(int(block.seeds[k]), block.ids[bounds[k] : bounds[k + 1]].tolist()) for k in range(len(block))]
    return rows


def framed(data: bytes) -> bytes:
    """Return ``data`` as a TFRecord, its checksums right."""

    def crc(piece: bytes) -> bytes:
        value = google_crc32c.value(piece)
        return struct.pack("<I", ((value >> 15 | value << 17) + 0xA282EAD8) & 0xFFFFFFFF)

    size = struct.pack("<Q", len(data))
    return size + crc(size) + data + crc(data)


def gzipped(data: bytes) -> bytes:
    """Return ``data`` packed, in a member as shards have it."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    body = packer.compress(data) + packer.flush()
    return bytes([31, 139, 8, 0, 0, 0, 0, 0, 4, 255]) + body + struct.pack("<II", zlib.crc32(data), len(data))


def container(content: bytes, codec: str, records: int) -> bytes:
    """Return an Avro shard of one block; ``content`` is not packed yet."""
    if codec == "deflate":
        packer = zlib.compressobj(1, zlib.DEFLATED, -15)
        content = packer.compress(content) + packer.flush()
    elif codec == "zstandard":
        content = zstandard.ZstdCompressor().compress(content)
    head = avro.header(codec) + avro._long(records) + avro._long(len(content))
    return head + content + avro.SYNC_MARKER


def _shard_readers() -> Iterator[tuple[str, Reader]]:
    for name, form in FORMATS.items():
        if not isinstance(form, ReadableFormat):
            continue
        for label, texts in {"symbols": SYMBOLS, "words": WORDS}.items() if form.text else [("ids", SYMBOLS)]:
            for compression in form.compressions:
                files = tuple(_shard(name, compression, rows, texts) for rows in _PHRASES)
                read = functools.partial(_rows, name, compression, texts)
                spelled = compression == "none" and name != "parquet"  # which compares what it reads by itself
                again = functools.partial(_written, name, texts) if spelled else None
                yield f"{name} {compression} {label}", Reader(files, read, again)
            if "gzip" in form.compressions:
                inner = tuple(_shard(name, "none", rows, texts) for rows in _PHRASES)
                yield f"{name} inside gzip {label}", Reader(inner, _through(gzipped, name, "gzip", texts))
    example = _shard("tfrecord", "none", _PHRASES[0][:1], SYMBOLS)[12:-4]
    yield "tfrecord with right checksums", Reader((example,), _through(framed, "tfrecord", "none", SYMBOLS))
    block = _shard("avro", "none", _PHRASES[0], SYMBOLS)[len(avro.header("null")) + 2 : -16]
    for codec in ("null", "deflate", "zstandard"):
        compression = "none" if codec == "null" else codec
        inside = functools.partial(container, codec=codec, records=len(_PHRASES[0]))
        yield f"avro block in {codec}", Reader((block,), _through(inside, "avro", compression, SYMBOLS))


def _written(name: str, texts: Texts, rows: list[tuple[int, list[int]]]) -> bytes:
    return _shard(name, "none", rows, texts)


def _through(wrap: Callable[[bytes], bytes], name: str, compression: str, texts: Texts) -> Callable[[bytes], Any]:
    return lambda data: _rows(name, compression, texts, wrap(data))


# Lexicons and what is made of them


@functools.cache
def lexicon_of(vocabulary: int) -> Lexicon:
    """Return made-up words."""
    words = tuple(f"w{i}" for i in range(vocabulary))
    return Lexicon("made up", words, 1.0 / np.arange(1, vocabulary + 1), code_points("stable", vocabulary))


def _lexicon_bytes(lexicon: Lexicon) -> bytes:
    stream = io.BytesIO()
    lexicon.write(stream)
    return stream.getvalue()


def _avro_words(codec: str) -> bytes:
    tags = {"type": "array", "items": {"type": "map", "values": ["null", "int"]}}
    fields = [
        {"name": "tags", "type": tags},
        {"name": "word", "type": ["null", "string"]},
        {"name": "count", "type": ["null", "long"]},
    ]
    stream = io.BytesIO()
    rows = [{"tags": [{"a": 1}, {}], "word": f"w{i}", "count": 99 - i} for i in range(9)]
    fastavro.writer(stream, {"type": "record", "name": "R", "fields": fields}, rows, codec=codec, sync_marker=b"s" * 16)
    return stream.getvalue()


def _user_words(name: str, data: bytes) -> Lexicon:
    return build_lexicon(f"/x/{name}", None, "stable", lambda path: io.BytesIO(data))


def _words_readers() -> Iterator[tuple[str, Reader]]:
    files = tuple(map(_lexicon_bytes, (lexicon_of(3), lexicon_of(40))))
    yield "lexicon.parquet", Reader(files, lambda data: read_lexicon(io.BytesIO(data), "lexicon"))
    texts = {
        "words.txt": (b"one\ntwo\nthree\n", "\ufeffübel\r\nwort\r\n".encode()),
        "words.csv": (b"Word,Count,x\none,3,\ntwo,1.5,\n", b'"o""ne",3\ntwo,1e2\n', b"one;3\ntwo;1\n"),
        "words.tsv": (b'one\t3\n"two"\t1\n', "\u0645\u06cc\u200c\u062e\t3\n\u2764\ufe0f\t1\n".encode()),
        "words.avro": tuple(map(_avro_words, ("null", "deflate", "zstandard"))),
    }
    for name, some in texts.items():
        yield name, Reader(some, functools.partial(_user_words, name))


# The manifest, and the tables beside it

_OUTPUTS = (Output("tfrecord", "none", "symbols"), Output("jsonl", "gzip", "words"))
_UNITS = 2
_NAMES = shard_names(_UNITS, _OUTPUTS)
_SHARDS = tuple(
    Shard(_NAMES(i), 7, 42, 500, i, 100, 106) if i % _UNITS == 0 else Shard(_NAMES(i), 0, 0, 20, i, None, None)
    for i in range(_UNITS * len(_OUTPUTS))
)
_TABLE = ShardTable(np.frombuffer(b"".join(row_of(i % _UNITS, shard) for i, shard in enumerate(_SHARDS)), ROW), _NAMES)
MANIFEST = Manifest(
    recipe=Recipe(Zipf(), Uniform(min=1, max=9), 40, lexicon_of(40).digest, 42),
    first_seed=100,
    stop_seed=110,
    phrases_per_shard=7,
    outputs=_OUTPUTS,
    kept=7,
    length_histogram={2: 3, 9: 4},
    shards=_SHARDS,
    dropped=DroppedSeeds(3, (107, 108, 109)),
    files=(File("lexicon.parquet", 300, 5), File("statistics/length_histogram.csv", 30, 6)),
    lexicon="made up",
    versions={"hyperphrase": "0.1.0"},
    dictionary=Dictionary("sif", tuple(Shard(meanings_name(i, 2), 0, 0, 9, 9, None, None) for i in range(2))),
)


def signed(data: Any) -> bytes:
    """Return a manifest's plain data with the digest that belongs to it, as somebody would who means harm."""
    unsigned = {key: value for key, value in data.items() if key != "manifest_digest"} if isinstance(data, dict) else {}
    text = (json.dumps(unsigned, indent=1, ensure_ascii=False) + "\n").encode(errors="surrogatepass")
    unsigned["manifest_digest"] = hashlib.sha256(text).hexdigest()
    return (json.dumps(unsigned, indent=1, ensure_ascii=False) + "\n").encode(errors="surrogatepass")


def _read_manifest(data: bytes) -> Manifest:
    found = manifest.loads(data, "manifest.json", {"shards.npy": _TABLE.dumps()}.get)
    subject = Subject("", found.recipe, None, None, lambda places: places.astype(np.uint64), found.kept, found.shards,
                      manifest=found)  # fmt: skip
    render([subject], [command_of(subject)])  # what a manifest can hold, a page can show
    found._repr_html_()  # and so can a notebook
    return found


def _read_dropped(data: bytes) -> Any:
    some = SimpleNamespace(dropped=DroppedSeeds(max(1, len(data) // 8), None), first_seed=0, stop_seed=2**62)
    return loading.parse_dropped_file(data, some, "dropped_seeds.bin")


def _read_row(data: bytes) -> Any:
    with tempfile.TemporaryDirectory() as out:
        storage.write_file(out, row_file("a"), data)
        return finished(out, "shards", "a")


def _read_shortfall(data: bytes) -> Any:
    with tempfile.TemporaryDirectory() as out:
        storage.write_file(out, SHORTFALL_FILE, data)
        return output_folder.shortfall(out, SimpleNamespace(first_seed=0, stop_seed=10))


def _manifest_readers() -> Iterator[tuple[str, Reader]]:
    files = (MANIFEST.dumps(),)
    forged = lambda chance: signed(mutated_json(files[0], chance))  # noqa: E731
    yield "manifest.json", Reader(files, _read_manifest, Manifest.dumps, forged)
    table = (_TABLE.dumps(),)
    read = lambda data: shard_table.loads(data, len(_SHARDS), _NAMES, _UNITS, "shards.npy")  # noqa: E731
    yield "shards.npy", Reader(table, read, ShardTable.dumps)
    seeds = np.array([3, 70, 2**40], "<u8").tobytes()
    yield "dropped_seeds.bin", Reader((seeds,), _read_dropped, lambda found: found.astype("<u8").tobytes())
    row = json.dumps(asdict(Shard("a", 7, 42, 0, 0, 100, 106))).encode()
    changed = lambda chance: json.dumps(mutated_json(row, chance)).encode()  # noqa: E731
    yield "row of a shard", Reader((row,), _read_row, changed=changed)
    note = b'{"kept": 3, "drawn": 20}'
    tell = lambda chance: json.dumps(mutated_json(note, chance)).encode()  # noqa: E731
    yield "note of a shortfall", Reader((note,), _read_shortfall, changed=tell)


# Recipes, laws and their files


def _draw(recipe: Recipe) -> None:
    if recipe.vocabulary <= _MOST_DRAWN:
        phrases = Phrases(recipe, lambda: lexicon_of(recipe.vocabulary))
        block = phrases.draw(np.arange(min(3, recipe.seed_stop()), dtype=np.uint64))
        if len(block.ids) and block.ids.max() >= recipe.vocabulary:
            raise AssertionError("an id beyond the vocabulary")


def _read_recipe(data: bytes) -> Any:
    try:
        raw = json.loads(data)
    except (ValueError, RecursionError) as error:  # whoever calls from_json has parsed the text
        raise InputError(str(error)[:100]) from error
    recipe = Recipe.from_json(raw)
    _draw(recipe)
    return recipe


_LAWS = (
    "cross", "dyck", "eca", "flat", "lexicon", "mix", "mixture:0.7*zipf:s=1.0+0.3*uniform", "nest",
    "permutation", "pitman_yor", "repetition", "shuffle_dyck", "topics", "uniform", "zipf:s=1.0,beta=2.7",
    "copy", "reverse", "sort", "union", "delete", "loglinear:vectors=gaussian,k=4",
)  # fmt: skip
_LENGTHS = ("uniform:min=1,max=9", "lognormal:mu=1.0,min=1,max=9", "fixed:length=8", "geometric:p=0.1,min=2,max=9")


def no_file(path: str) -> Any:
    """Open no file."""
    raise FileNotFoundError(2, "No such file or directory", path)


def _recipes() -> Iterator[bytes]:
    for i, text in enumerate(_LAWS):
        law = parse_law(text, SYMBOL_LAWS, "law", no_file)
        lengths = parse_law(_LENGTHS[i % 2], LENGTH_LAWS, "lengths", no_file)
        yield json.dumps(Recipe(law, lengths, law.vocabulary() or 40, lexicon_of(40).digest).to_json()).encode()
    fixed = parse_law("fixed:length=3", LENGTH_LAWS, "lengths", no_file)
    exhaustive = parse_law("exhaustive", SYMBOL_LAWS, "law", no_file)
    yield json.dumps(Recipe(exhaustive, fixed, 40, lexicon_of(40).digest).to_json()).encode()


def _option(laws: Any, data: bytes) -> Any:
    return parse_law(data.decode(errors="surrogateescape"), laws, "law", no_file)


def _ranked(notation: str, data: bytes) -> Any:
    return read_phrase(data.decode(errors="replace"), notation, lexicon_of(9))


def _law_of(text: bytes, name: str, **given: str) -> Any:
    options = "".join(f",{key}={value}" for key, value in given.items())
    return parse_law(f"{name}:file=x{options}", SYMBOL_LAWS, "law", lambda path: io.BytesIO(text))


def _drawn_by(law: Any) -> None:
    bound = law.bind(40, lambda: lexicon_of(40))
    offsets, ids = np.arange(4) * 5, np.zeros(15, np.uint32)
    made = law.makes(np.array([5]), 40)
    if made.all():
        bound.draw(Batch(np.uint64(5), np.arange(3, dtype=np.uint64), np.full(3, 5), offsets, ids))
    if ids.max() >= 40:
        raise AssertionError("an id beyond the vocabulary")


def _read_markov(data: bytes) -> Any:
    law = _law_of(b"w1 w2 w3\nw2 w1", "markov", order="2")
    _drawn_by(law._with(data))
    return data


def _read_grammar(data: bytes) -> Any:
    law = _law_of(data, "template", longest="6")
    _drawn_by(law)
    return law


_TEXT = b"w1 w2 w3 w1\nw2 w1 w3\nw3 w3 w1 w2 w2\nw39 w1\n"
_GRAMMAR = b"S -> 3 N V N | N V\nN -> D W\nD = w1*3 w2\nW = w3 w4\n# a comment\nV = w5\n"


def _law_readers() -> Iterator[tuple[str, Reader]]:
    recipes = tuple(_recipes())
    changed = lambda chance: json.dumps(mutated_json(chance.choice(recipes), chance)).encode()  # noqa: E731
    yield "recipe.json", Reader(recipes, _read_recipe, changed=changed)
    yield (
        "--sampler",
        Reader(tuple(law.encode() for law in _LAWS), functools.partial(_option, SYMBOL_LAWS), echoes=True),
    )
    yield (
        "--lengths",
        Reader(tuple(law.encode() for law in _LENGTHS), functools.partial(_option, LENGTH_LAWS), echoes=True),
    )
    csv, js = b"length,phrases\n2,3\n9,4\n", b'{"2": 3, "9": 4}'
    read = lambda data: parse_law("empirical:file=x", LENGTH_LAWS, "lengths", lambda path: io.BytesIO(data))  # noqa: E731
    yield "length_histogram", Reader((csv, js), read)
    models = tuple(markov_model.dumps(markov_model.learn(_TEXT, order, "text")) for order in (2, 2))
    yield "law.bin of markov", Reader(models, _read_markov)
    yield "text of markov", Reader((_TEXT,), lambda data: _drawn_by(_law_of(data, "markov", order="2")))
    yield "law.bin of template", Reader((_GRAMMAR,), _read_grammar)
    table = vectors.write_vectors(np.arange(80, dtype=np.float32).reshape(40, 2))
    yield "vectors.npy", Reader((table,), lambda data: vectors.read_vectors(io.BytesIO(data), "vectors.npy"))
    for notation, phrase in {"words": b"w1 w2 w3", "ids": b"1,2,3"}.items():
        rank = functools.partial(_ranked, notation)
        yield f"a phrase of {notation} to rank", Reader((phrase,), rank, echoes=True)


# The dictionary


def _meanings_file(rows: int, columns: tuple[str, ...]) -> bytes:
    stream = io.BytesIO()
    writer, vectors = MeaningsWriter(stream, 4, columns), np.arange(rows * 4).astype(np.int8).reshape(rows, 4)
    writer.write(np.arange(rows, dtype=np.uint64), *[vectors] * len(columns))
    writer.close()
    return stream.getvalue()


def _meanings(shard: Shard, columns: tuple[str, ...], data: bytes) -> Any:
    return list(read_meanings(io.BytesIO(data), 4, shard, "meanings", columns, columns[-1]))


def _dictionary_readers() -> Iterator[tuple[str, Reader]]:
    rows = meanings.Meanings(np.arange(160, dtype=np.int16).reshape(40, 4))
    yield "dictionary/words.npy", Reader((rows.dumps(),), lambda data: meanings.loads(data, 40, "words.npy"))
    for count in (0, 20):
        shard = Shard("meanings", count, 0, 0, 0, *((0, 19) if count else (None, None)))
        for columns in (ESTIMATES, WITH_DISCOURSES):
            read = functools.partial(_meanings, shard, columns)
            yield f"dictionary/{' and '.join(columns)} of {count}", Reader((_meanings_file(count, columns),), read)


def _text_readers() -> Iterator[tuple[str, Reader]]:
    words = ("a", "the", "storm", "o'clock", "x" * 900)
    encoder = TextEncoder(Lexicon("words", words, np.ones(len(words)), code_points("stable", len(words))))
    files = tuple(
        encoder.encode(text.encode()) for text in ("", "The STORM, a^\\ \xa3 storm", f"{words[-1].upper()} a" * 9)
    )
    yield "encoded text", Reader(files, encoder.decode)


READERS: dict[str, Reader] = dict(
    [
        *_shard_readers(),
        *_words_readers(),
        *_manifest_readers(),
        *_law_readers(),
        *_dictionary_readers(),
        *_text_readers(),
    ]
)
