"""Run the program in an object store that fails by chance, and see that its corpora have the bytes of a calm run.

    python -m tests.pipeline.object_store.fault_campaign --rounds=20
    python -m tests.pipeline.object_store.fault_campaign --rounds=5 --share=0.4 --first_seed=100

Each round makes a corpus, verifies it and shows a phrase while a share of all requests meets a fault: 429, 503, a
connection cut before or after the request was done, a slow answer, a download cut in the middle, a piece of an upload
stored by half. Then all objects are compared with the files of a local folder. Exit status 0 if all rounds agree.
"""

import argparse
import contextlib
import importlib
import io
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.pipeline.object_store.faulty_store import FaultyStore, by_chance
from transforms.files import bucket

CORPUS = ["--vocabulary=1000", "--phrases=12000", "--phrases_per_shard=3000", "--format=tfrecord,jsonl"]


class Verdict(NamedTuple):
    """What a round gave: requests, faults among them, and whether the bytes are those of a local folder."""

    requests: int
    faults: int
    same: bool


def call(command, *arguments):
    """Call a command that has to succeed; return what it says."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        status = importlib.import_module(f"beam_pipeline.{command}").main(list(arguments))
    if status:
        raise RuntimeError(f"{command} ended with status {status}: {error.getvalue()}")
    return out.getvalue()


def objects(name):
    """Return {name: bytes} of all objects below a folder of the bucket."""
    blobs = bucket._client().list_blobs("bucket", prefix=f"{name}/")
    return {blob.name.removeprefix(f"{name}/"): blob.download_as_bytes() for blob in blobs}


def one_round(store, seed, share, local):
    """Make a corpus among faults, in the store, and the same one in the folder ``local``, if it is not there."""
    name = f"round-{seed}"
    if not (local / "manifest.json").exists():
        call("run", *CORPUS, f"--output={local}")
    store.be_calm()
    store.schedule = by_chance(seed, share)
    call("run", *CORPUS, f"--output=gs://bucket/{name}")
    call("verify", f"gs://bucket/{name}")
    shown = call("inspect", f"gs://bucket/{name}", "--head=1")
    requests = list(store.requests)
    store.be_calm()
    files = {str(path.relative_to(local)): path.read_bytes() for path in local.rglob("*") if path.is_file()}
    same = files == objects(name) and shown == call("inspect", str(local), "--head=1")
    return Verdict(len(requests), sum(request.fault is not None for request in requests), same)


def main():
    """Parse the options and run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--share", type=float, default=0.2, help="of all requests that fail")
    parser.add_argument("--first_seed", type=int, default=0, help="of the faults; each round has its own")
    given = parser.parse_args()
    store = FaultyStore("bucket")
    os.environ["STORAGE_EMULATOR_HOST"] = store.address
    bucket.RETRY = bucket.RETRY.with_delay(initial=0.01, maximum=0.02)
    bucket._PIECE = 512 << 10
    total = Counter()
    try:
        with tempfile.TemporaryDirectory() as local:
            for seed in range(given.first_seed, given.first_seed + given.rounds):
                verdict = one_round(store, seed, given.share, Path(local))
                total.update(verdict._asdict())
                said = "the same bytes" if verdict.same else "OTHER BYTES"
                print(f"seed {seed}: {verdict.faults} faults in {verdict.requests} requests: {said}", flush=True)
    finally:
        store.close()
    print(f"{total['same']} of {given.rounds} rounds gave the same bytes, among {total['faults']} faults")
    return 0 if total["same"] == given.rounds else 1


if __name__ == "__main__":
    sys.exit(main())
