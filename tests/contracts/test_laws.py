"""What every law promises, tested for all that are registered: a new one is tested from its first day.

Each law is drawn with its default parameters, or with those of :data:`PARAMETERS` where it needs some, over the words
of the English lexicon.
"""

import copy
import functools
import hashlib
import importlib
import inspect
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest

from hyperphrase.deduplication.fingerprints import fingerprints
from hyperphrase.laws.grammar import law_from_json, parse_law
from hyperphrase.laws.lengths import Fixed, Uniform
from hyperphrase.laws.registry import SYMBOL_LAWS
from hyperphrase.lexicon.lexicon import build_lexicon
from hyperphrase.numbers.batch import Batch
from hyperphrase.phrases.phrases import Phrases, seed_range
from hyperphrase.phrases.recipe import Recipe
from tools import laws_docs

ROOT = Path(__file__).parents[2]
VOCABULARY = 2000  # of laws that take any
LENGTHS = Uniform(min=3, max=60)
PARAMETERS = {
    "markov": "markov:file={text}",
    "mixture": "mixture:0.7*zipf:s=1.0+0.3*nest:q=0.4",
    "scene": "scene:file={grammar},vectors=gaussian,k=16,step=0.1",
    "template": "template:file=english_small,offensive=allow",
}

# law -> first half of the SHA-256 of the lengths and ids of seeds 0..299.
# Golden: a change here is a change of phrase(seed) and needs a new recipe_version.
GOLDEN = {
    "copy": "0b919fcb738d8675e51fc2b18317437c",
    "cross": "7025aa77e50affdfdf8678ce6c3320b1",
    "delete": "442a2a5e8cd0484aa1771017510704e8",
    "dyck": "7456b655bba213e42d05acca1b96e992",
    "eca": "f1717473b854c432d9b02abbbb5cecf3",
    "exhaustive": "6a5368be0d37bee27c2077fc881f66a8",
    "flat": "f0c589a0d7547fe24877ff53aeb29faf",
    "lexicon": "b70ef650de0d999bff35cfc760b2c461",
    "loglinear": "9927ced6a11d175e5df11ea3c782e7c8",
    "markov": "173c4c5332dc275277f26e94f9816fc6",
    "mix": "fd1ab3c6c7475f58870aaa816ca6ae89",
    "mixture": "a76775de9beeee712c56cfa72e078294",
    "nest": "42dbf2bd94e0a6cce01fe1c12d83c260",
    "permutation": "b265b30541f1b093850b3d4cfaac674a",
    "pitman_yor": "e6f6989a1b9f57e2d8ece3fcc67318ab",
    "repetition": "45411ab38278fb78453a5d0fc930b24a",
    "reverse": "3ddac8b535c04c38e9a563b1215f3851",
    "scene": "8629934409e24d77e5e07c8f3fc50124",
    "set": "c17eadcba33001f6819b12459c150948",
    "shuffle_dyck": "1a9a2cdf2f9a5b956897465e01bebd12",
    "sort": "92eb50b9e73b1a3c446e607f17c49e0c",
    "template": "c315b04c8fcfe28a5f9e77b4b94c29d0",
    "topics": "9ee6bfa3cec606d92641df62fad9b014",
    "uniform": "d14d3f54da6b10e434714dc7ef798cef",
    "union": "f6548a28c137a3d01dd2082940a18581",
    "zipf": "7181c879186dadf9f939f77dbf14a63c",
}


def open_file(path):
    return Path(path).open("rb")


@functools.cache
def text_folder():
    """A folder, until the end of the process, with a text of 200 lines over 60 words, and a grammar over them."""
    folder = tempfile.TemporaryDirectory()
    words, number, lines = lexicon_of(VOCABULARY).words, 1, []
    for _ in range(200):
        line = []
        for _ in range(30):
            number = number * 48_271 % 2_147_483_647  # the minimal standard generator
            line.append(words[number % 60])
        lines.append(" ".join(line))
    Path(folder.name, "text.txt").write_text("\n".join(lines), encoding="utf-8")
    grammar = f"S -> N V | 2 D N V D N\nN ~ {' '.join(words[:40])}\nV ~ {' '.join(words[40:55])}\n"
    Path(folder.name, "grammar.txt").write_text(f"{grammar}D = {' '.join(words[55:60])}\n", encoding="utf-8")
    return folder


@functools.cache
def law_of(name):
    files = {name: Path(text_folder().name, f"{name}.txt") for name in ("text", "grammar")}
    return parse_law(PARAMETERS.get(name, name).format(**files), SYMBOL_LAWS, "law", open_file)


@functools.cache
def lexicon_of(vocabulary):
    return build_lexicon("english", vocabulary, "stable", open_file)


@functools.cache
def phrases_of(name, lengths=LENGTHS, key=5):
    law = law_of(name)
    lexicon = lexicon_of(law.vocabulary() or VOCABULARY)
    recipe = Recipe(law, lengths, lexicon.vocabulary, lexicon.digest, key)
    recipe.check()
    return Phrases(recipe, lambda: lexicon)


def tuples_of(phrases, seeds):
    block = phrases.draw(np.asarray(seeds, np.uint64))
    return [tuple(ids) for ids in np.split(block.ids.copy(), block.offsets[1:-1])]


def digest_of(name):
    block = phrases_of(name).draw(seed_range(0, 300))
    state = hashlib.sha256(block.lengths.astype("<u4").tobytes())
    state.update(block.ids.astype("<u4").tobytes())
    return state.hexdigest()[:32]


every_law = pytest.mark.parametrize("name", SYMBOL_LAWS)


@every_law
def test_a_law_is_documented(name):
    law = SYMBOL_LAWS[name]
    assert law.__doc__
    assert not law.__doc__.startswith(f"{law.__name__}(")  # what a dataclass writes by itself
    assert law.summary
    assert "\n" not in law.summary
    assert law.source
    assert len(law.usage().splitlines()) == 1


@every_law
def test_a_law_has_a_plain_python_version_and_tests_of_its_own(name):
    plain = importlib.import_module(f"benchmarks.laws.{name}")
    assert plain.__doc__
    assert callable(plain.phrases)
    assert inspect.getdoc(plain.phrases)
    tests = [path for path in (ROOT / "tests/domain/laws").glob("test_*.py") if is_test_of(path, name)]
    assert tests != []


def is_test_of(path, name):
    """Tell whether a test file is that of a law: by its name or, for the first three, by what it imports."""
    module = SYMBOL_LAWS[name].__module__
    return path.name == f"test_{name}.py" or f"from {module} import" in path.read_text(encoding="utf-8")


def test_the_document_says_what_the_laws_say():
    """``python -m tools.laws_docs`` makes it so."""
    text = laws_docs.DOCS.read_text(encoding="utf-8")
    assert laws_docs.rendered(text) == text
    assert [name for name in SYMBOL_LAWS if f"| `{name}` |" not in text] == []


@every_law
def test_streams_are_frozen(name):
    assert GOLDEN.get(name) == digest_of(name)


def depends_on_company(phrases):
    together = tuples_of(phrases, range(200))
    alone = [phrase for seed in range(200) for phrase in tuples_of(phrases, [seed])]
    backwards = tuples_of(phrases, range(199, -1, -1))
    return not together == alone == backwards[::-1]


@every_law
def test_a_phrase_is_the_same_in_any_company(name):
    assert not depends_on_company(phrases_of(name))


def test_a_phrase_that_depends_on_its_company_is_found():
    phrases = copy.copy(phrases_of("uniform"))
    draw = phrases.law.draw
    phrases.law = copy.copy(phrases.law)
    phrases.law.draw = lambda batch: draw(batch._replace(seeds=np.full_like(batch.seeds, batch.seeds[0])))
    assert depends_on_company(phrases)


@every_law
def test_ids_are_below_v_and_lengths_are_those_that_are_said(name):
    phrases = phrases_of(name)
    block = phrases.draw(seed_range(0, 1000))
    assert block.ids.max() < phrases.recipe.vocabulary
    assert block.lengths.min() >= 1
    assert phrases.lengths(seed_range(0, 1000)).tolist() == block.lengths.tolist()
    assert block.lengths.max() <= LENGTHS.max


@every_law
@pytest.mark.parametrize("symbols", [1, 2, 7, 64])
def test_a_prefix_is_the_beginning_of_the_phrase(name, symbols):
    phrases, seeds = phrases_of(name), seed_range(0, 150)
    whole = tuples_of(phrases, seeds)
    lengths, rows = phrases.prefixes(seeds, symbols)
    read = [tuple(column[:length]) for column, length in zip(rows.T, lengths, strict=True)]
    assert [phrase[:symbols] for phrase in whole] == read


@every_law
def test_a_prefix_in_one_piece_is_the_beginning_of_the_phrase(name):
    """Through ``draw`` itself, which is asked for less than the whole."""
    phrases, seeds = phrases_of(name), seed_range(0, 150)
    drawn = phrases._drawn_lengths(seeds)
    whole = tuples_of(phrases, seeds)
    for symbols in (1, 3, 10):
        offsets = np.zeros(len(seeds) + 1, np.int64)
        np.cumsum(np.minimum([len(phrase) for phrase in whole], symbols), out=offsets[1:])
        ids = np.empty(offsets[-1], np.uint32)
        phrases.law.draw(Batch(np.uint64(phrases.recipe.key), seeds, drawn, offsets, ids))
        assert [phrase[:symbols] for phrase in whole] == [tuple(part) for part in np.split(ids, offsets[1:-1])]


@every_law
def test_a_law_says_whether_it_has_a_discourse_and_has_it(name):
    """One vector for each phrase, the mean over its symbols, the same in any company."""
    phrases, seeds = phrases_of(name), seed_range(0, 60)
    law = phrases.law.discourse()
    assert SYMBOL_LAWS[name].has_discourse == (law is not None)
    if law is None:
        return
    lengths, key, rows = phrases.lengths(seeds), phrases.recipe.key, law.word_rows()
    found = law.discourses(key, seeds, lengths)
    assert (np.int8, VOCABULARY) == (rows.dtype, len(rows))
    assert (np.float32, (60, rows.shape[1])) == (found.dtype, found.shape)
    assert not found[:, ~rows.any(axis=0)].any()
    assert np.isfinite(found).all()
    alone = [law.discourses(key, seeds[i : i + 1], lengths[i : i + 1])[0].tolist() for i in range(59, -1, -1)]
    assert alone[::-1] == found.tolist()
    assert law.discourses(key + 1, seeds, lengths).tolist() != found.tolist()


@every_law
def test_the_key_changes_the_phrases(name):
    if name != "exhaustive":  # its phrases are numbered, whatever the key
        assert tuples_of(phrases_of(name), range(50)) != tuples_of(phrases_of(name, key=6), range(50))


@every_law
def test_a_recipe_comes_back_from_its_json(name):
    recipe = phrases_of(name).recipe
    data = json.loads(recipe.canonical())
    assert recipe == Recipe.from_json(data)
    assert recipe.law == law_from_json(data["sampler"], SYMBOL_LAWS)


def makes(name, length):
    law = law_of(name)
    return bool(law.makes(np.array([length]), law.vocabulary() or VOCABULARY)[0])


def length_to_test(name, bits):
    """Return a length at which some of 20,000 phrases should repeat, given the bits of a symbol; 300 at most."""
    wanted = int(np.ceil(18.0 / bits)) if bits > 18 / 300 else 300
    return next(length for length in range(wanted, wanted + 9) if makes(name, length))


def repeats_more_often(phrases, bits):
    """Tell whether more of 20,000 phrases of one length are equal than ``bits`` of collision entropy a symbol allow.

    Of n phrases n^2 / 2 * 2^(-bits * length) pairs are expected to be equal, at most. Where a few phrases are likely,
    pairs come in groups: each three phrases that are equal say so.
    """
    lengths = phrases.recipe.possible_lengths()
    stop = min(20_000, phrases.recipe.law.seed_stop(lengths, phrases.recipe.vocabulary))
    seeds = seed_range(0, stop)
    groups = np.unique_counts(fingerprints(phrases, seeds)).counts.astype(float)
    pairs, triples = (groups * (groups - 1) / 2).sum(), (groups * (groups - 1) * (groups - 2)).sum()
    expected = stop * stop / 2 * 2.0 ** (-bits * phrases.lengths(seeds).min())  # a law may shorten phrases
    return pairs > expected + 6 * np.sqrt(expected + triples) + 3


@every_law
def test_no_more_phrases_repeat_than_the_collision_entropy_says(name):
    law = phrases_of(name).law
    assert 0.0 <= law.collision_entropy <= law.entropy + 1e-9
    phrases = phrases_of(name, Fixed(length=length_to_test(name, law.collision_entropy)))
    assert not repeats_more_often(phrases, phrases.law.collision_entropy)


@pytest.mark.parametrize("name", ["zipf", "lexicon", "dyck"])
def test_a_collision_entropy_that_is_too_high_is_found(name):
    bits = 1.25 * phrases_of(name).law.collision_entropy
    assert repeats_more_often(phrases_of(name, Fixed(length=length_to_test(name, bits))), bits)


DIGESTS = """
import json, runpy
laws = runpy.run_path("tests/contracts/test_laws.py")
print(json.dumps({name: laws["digest_of"](name) for name in laws["SYMBOL_LAWS"]}))
"""


@pytest.mark.slow
def test_another_processor_draws_the_same():
    """All laws in a process whose kernels are compiled for a processor of 2009: no AVX, no fused multiply-add."""
    if not re.fullmatch("x86_64|AMD64", platform.machine()):
        pytest.skip("NOT TESTED: this processor is of another family")
    environment = {**os.environ, "NUMBA_CPU_NAME": "x86-64-v2", "NUMBA_CPU_FEATURES": ""}
    command = [sys.executable, "-c", DIGESTS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    assert {name: digest_of(name) for name in SYMBOL_LAWS} == json.loads(done.stdout)
