"""Kill the program at random moments and see that the same command finishes with the same bytes.

    python tests/pipeline/kill_campaign.py --kills=10
    python tests/pipeline/kill_campaign.py --kills=2 --phrases=100000 --folder=/tmp/campaign

Each round starts a run of ``--phrases`` phrases in small shards in a process of its own, sends SIGKILL to it and all
its children at a random moment of the time that an undisturbed run takes, runs the same command again to its end, and
compares a digest over all names and bytes in the folder with that of the undisturbed run. Exit status 0 if all
rounds agree. A round of 2,000,000 phrases takes some 20 s on two cores and 500 MB of disk, given back after it.
"""

import argparse
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def digest(folder):
    """Return the SHA-256 over the names and bytes of all files below ``folder``, hidden ones among them."""
    state = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name, data = str(path.relative_to(folder)).encode(), path.read_bytes()
        state.update(b"%d %d " % (len(name), len(data)) + name + data)
    return state.hexdigest()


def start(folder, phrases, per_shard):
    """Start the program as the leader of a process group."""
    command = [sys.executable, "-m", "beam_pipeline.run", "--vocabulary=1000", f"--output={folder}"]
    command += [f"--phrases={phrases}", f"--phrases_per_shard={per_shard}"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True, text=True, **pipes)


def finish(process):
    """Wait for a run; return what it wrote to stdout. Raises RuntimeError if it failed."""
    out, error = process.communicate()
    if process.returncode:
        raise RuntimeError(f"the run ended with status {process.returncode}: {error}")
    return out


def kill(process, after):
    """Kill the process group after so many seconds; tell whether the run was still at work then."""
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def shards_kept(out):
    """Return how many shards the program says were kept, or were there already."""
    found = re.search(r"([0-9,]+) (?:of them kept from before|shards\n$)", out)
    return int(found[1].replace(",", "")) if found else 0


def one_round(folder, given, moment):
    """Kill a run at ``moment`` and finish it; return (finished shards, of them kept, digest), None if it was over."""
    if not kill(start(folder, given.phrases, given.phrases_per_shard), moment):
        return None
    there = len(list(folder.glob("shards/*")))
    kept = shards_kept(finish(start(folder, given.phrases, given.phrases_per_shard)))
    return there, kept, digest(folder)


def campaign(given, folder):
    """Run all rounds; return how many of them ended with the bytes of the undisturbed run."""
    begin = time.monotonic()
    finish(start(folder / "undisturbed", given.phrases, given.phrases_per_shard))
    seconds, expected = time.monotonic() - begin, digest(folder / "undisturbed")
    print(f"undisturbed: {seconds:.1f} s, {expected[:16]}", flush=True)
    shutil.rmtree(folder / "undisturbed")
    moments, rounds, same = random.Random(given.seed), 0, 0
    while rounds < given.kills:
        moment = moments.uniform(0.0, seconds)
        found = one_round(folder / "killed", given, moment)
        shutil.rmtree(folder / "killed", ignore_errors=True)
        if found is None:
            continue  # it was quicker than the moment: no kill, no round
        rounds += 1
        same += found[2] == expected
        verdict = "the same bytes" if found[2] == expected else "OTHER BYTES"
        print(f"kill {rounds} after {moment:.1f} s: {found[0]} shards there, {found[1]} kept, {verdict}", flush=True)
    return same


def main():
    """Parse the options and run the campaign."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--phrases", type=int, default=2_000_000)
    parser.add_argument("--phrases_per_shard", type=int, default=8192)
    parser.add_argument("--seed", type=int, default=None, help="of the random moments; default: others each time")
    parser.add_argument("--folder", type=Path, default=None, help="where the corpora are made; default a temporary one")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        same = campaign(given, Path(folder))
    print(f"{same} of {given.kills} killed runs ended with the same bytes")
    return 0 if same == given.kills else 1


if __name__ == "__main__":
    sys.exit(main())
