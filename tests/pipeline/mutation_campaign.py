"""Damage a small corpus in many ways and count how many of them ``verify`` sees: it has to be all.

    python tests/pipeline/mutation_campaign.py --mutations=100
    python tests/pipeline/mutation_campaign.py --mutations=1000 --seed=7

The corpus holds all formats, gzip, deflate, and more dropped seeds than fit the manifest. Each mutation works on
a fresh copy: bits flipped, files cut, grown, swapped, missing or added, and edits of manifest, recipe, statistics and
records. Half of the edits are forged: checksums, sizes and the manifest's digest are made to agree, so that only the
content can give them away. Seen means exit status 1, a reason, and no traceback. Exit status 0 if all were seen.
"""

import argparse
import contextlib
import hashlib
import io
import json
import random
import shutil
import struct
import sys
import tempfile
from pathlib import Path

import google_crc32c

sys.path.insert(0, str(Path(__file__).parents[2]))  # the checkout, when run as a command

from beam_pipeline import run, verify

OPTIONS = [
    "--seeds=0:4000", "--phrases_per_shard=1000", "--vocabulary=20", "--sampler=zipf:s=1.0",
    "--lengths=uniform:min=1,max=6", "--format=tfrecord,avro,parquet,jsonl,txt",
    "--compression=none,deflate,none,gzip,none", "--text=words", "--dictionary", "--direct_num_workers=1", "--quiet",
]  # fmt: skip
MUTATIONS = {}


def mutation(function):
    """Enter ``function(folder, chance) -> what it did`` into the table of mutations."""
    MUTATIONS[function.__name__] = function
    return function


def any_file(folder, chance):
    """Choose a file of the corpus."""
    return chance.choice(sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size))


def some(chance, folder, pattern, count=1):
    """Choose ``count`` files of a pattern."""
    return chance.sample(sorted(folder.glob(pattern)), count)


def edit_manifest(folder, change, forged):
    """Apply ``change`` to the manifest's JSON; if ``forged``, make totals and the digest agree again."""
    path = folder / "manifest.json"
    data = json.loads(path.read_text())
    change(data)
    if forged:
        data.pop("manifest_digest")
        data["bytes"] = sum(shard["bytes"] for shard in data["shards"])
        data["manifest_digest"] = hashlib.sha256(manifest_bytes(data)).hexdigest()
    path.write_bytes(manifest_bytes(data))


def manifest_bytes(data):
    """Return JSON as the manifest has it."""
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def forge(folder, *changed):
    """Let the manifest vouch for files as they are now."""

    def change(data):
        for entry in [*data["shards"], *data["files"]]:
            path = folder / ("shards/" + entry["name"] if entry in data["shards"] else entry["name"])
            if path in changed:
                content = path.read_bytes()
                entry["bytes"], entry["crc32c"] = len(content), google_crc32c.value(content)

    edit_manifest(folder, change, forged=True)


@mutation
def flip_a_bit(folder, chance):
    path = any_file(folder, chance)
    data = bytearray(path.read_bytes())
    bit = chance.randrange(8 * len(data))
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    return f"bit {bit} of {path.relative_to(folder)}"


@mutation
def cut_a_file(folder, chance):
    path = any_file(folder, chance)
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data))])
    return f"{path.relative_to(folder)} from {len(data)} to {path.stat().st_size} bytes"


@mutation
def append_to_a_file(folder, chance):
    path = any_file(folder, chance)
    path.write_bytes(path.read_bytes() + chance.choice([b"\0", b"\n", b" ", chance.randbytes(40)]))
    return f"to {path.relative_to(folder)}"


@mutation
def swap_shards(folder, chance):
    one, other = some(
        chance, folder, "shards/*." + chance.choice(["tfrecord", "avro", "parquet", "jsonl.gz", "txt"]), 2
    )
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)
    forged = chance.random() < 0.5
    if forged:
        forge(folder, one, other)
    return f"{one.name} and {other.name}{', forged' * forged}"


@mutation
def remove_a_file(folder, chance):
    path = chance.choice([path for path in sorted(folder.rglob("*.*")) if path.name != "manifest.json"])
    path.unlink()
    return str(path.relative_to(folder))


@mutation
def add_a_file(folder, chance):
    name = chance.choice(
        [
            "phrases-00004-of-00004.txt",
            "phrases-00000-of-00005.tfrecord",
            "phrases-00001-of-00004 copy.txt",
            "more.avro",
        ]
    )
    (folder / "shards" / name).write_bytes(chance.randbytes(chance.randrange(3)))
    return f"shards/{name}"


@mutation
def edit_the_manifest(folder, chance):
    forged, shard = chance.random() < 0.5, chance.randrange(16)
    names = ["kept", "dropped", "drawn", "symbols", "first_seed", "stop_seed", "phrases_per_shard"]
    changes = {name: lambda data, name=name: data.update({name: data[name] + chance.choice([-1, 1])}) for name in names}
    for name in ("phrases", "symbols", "bytes", "crc32c", "first_seed", "last_seed"):
        changes[f"shard {shard} {name}"] = lambda data, name=name: data["shards"][shard].update(
            {name: data["shards"][shard][name] ^ 1}
        )
    changes["a histogram's phrase moved"] = lambda data: data["length_histogram"].update(
        {"5": data["length_histogram"]["5"] + 1, "6": data["length_histogram"]["6"] - 1}
    )
    changes["lexicon"] = lambda data: data.update(lexicon="russian")
    changes["key"] = lambda data: data["recipe"].update(key=chance.randrange(1, 1 << 64))
    changes["sampler"] = lambda data: data["recipe"]["sampler"].update(s=1.0000001)
    changes["lengths"] = lambda data: data["recipe"]["lengths"].update(max=7)
    changes["a file taken out"] = lambda data: data["files"].pop(chance.randrange(len(data["files"])))
    changes["a shard taken out"] = lambda data: data["shards"].pop(shard)
    changes["an output taken out"] = lambda data: data["outputs"].pop()
    what = chance.choice(sorted(changes))
    edit_manifest(folder, changes[what], forged)
    return what + ", forged" * forged


@mutation
def edit_the_recipe(folder, chance):
    path, forged = folder / "recipe.json", chance.random() < 0.5
    data = json.loads(path.read_text())
    data["key"] = chance.randrange(1, 1 << 64)
    path.write_text(json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n")
    if forged:
        forge(folder, path)
    return "key" + ", forged" * forged


@mutation
def edit_statistics(folder, chance):
    (path,), forged = some(chance, folder, "statistics/*"), chance.random() < 0.5
    text = path.read_text()
    digits = [i for i, letter in enumerate(text) if letter.isdigit()]
    at = chance.choice(digits)
    path.write_text(text[:at] + str((int(text[at]) + chance.randrange(1, 10)) % 10) + text[at + 1 :])
    if forged:
        forge(folder, path)
    return f"{path.name} at {at}{', forged' * forged}"


@mutation
def edit_dropped_seeds(folder, chance):
    path, forged = folder / "dropped_seeds.bin", chance.random() < 0.5
    seeds = [seed for (seed,) in struct.iter_unpack("<Q", path.read_bytes())]
    seeds[seeds.index(chance.choice(seeds))] = chance.choice(sorted(set(range(4000)) - set(seeds)))
    path.write_bytes(b"".join(struct.pack("<Q", seed) for seed in sorted(seeds)))
    if forged:
        forge(folder, path)
    return "one moved" + ", forged" * forged


@mutation
def swap_records(folder, chance):
    (path,) = some(chance, folder, "shards/*.tfrecord")
    data, records, at = path.read_bytes(), [], 0
    while at < len(data):
        end = at + 16 + struct.unpack_from("<Q", data, at)[0]
        records.append(data[at:end])
        at = end
    i, j = chance.sample(range(len(records)), 2)
    return rewritten(folder, path, records, i, j, chance)


@mutation
def swap_lines(folder, chance):
    (path,) = some(chance, folder, "shards/*.txt")
    lines = path.read_bytes().splitlines(keepends=True)
    i, j = chance.sample(range(len(lines)), 2)
    return rewritten(folder, path, lines, i, j, chance)


def rewritten(folder, path, parts, i, j, chance):
    """Write ``parts`` with two of them swapped, or one of them put twice."""
    forged, twice = chance.random() < 0.5, chance.random() < 0.3
    parts[i], parts[j] = parts[j], parts[j] if twice else parts[i]
    path.write_bytes(b"".join(parts))
    if forged:
        forge(folder, path)
    return f"{i} and {j} of {path.name}{', one of them twice' * twice}{', forged' * forged}"


def verified(folder):
    """Return (exit status, stderr) of verify; status None if it let an exception out."""
    error = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(error):
        try:
            status = verify.main([str(folder)])
        except Exception as escaped:
            return None, f"{type(escaped).__name__}: {escaped}"
    return status, error.getvalue()


def campaign(mutations, seed, folder):
    """Make the corpus, try so many mutations; return what was not seen, a line each."""
    good, chance, unseen = folder / "good", random.Random(seed), []
    if run.main([*OPTIONS, f"--output={good}"]) or verified(good)[0]:
        raise RuntimeError("the undamaged corpus is not good")
    names = list(MUTATIONS)
    for number in range(mutations):
        copy = folder / f"copy{number}"  # a name of its own: what a process loaded of a folder, it keeps
        shutil.copytree(good, copy)
        name = names[number % len(names)]
        what = MUTATIONS[name](copy, chance)
        status, error = verified(copy)
        seen = status == 1 and error.startswith("hyperphrase verify: ") and "Traceback" not in error
        print(f"{number + 1}: {name}: {what}: {error.splitlines()[0][:150] if seen else 'NOT SEEN'}")
        if not seen:
            unseen.append(f"{name}: {what}: status {status}, {error!r:.300}")
        shutil.rmtree(copy)
    return unseen


def main():
    """Parse the options and run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutations", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the mutations; default 0")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        unseen = campaign(given.mutations, given.seed, Path(folder))
    print(f"{given.mutations - len(unseen)} of {given.mutations} mutations were seen", *unseen, sep="\n")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
