"""``python -m benchmarks.readers.many_phrases FOLDER LENGTH BATCH_SIZE RESULT``: open a corpus of very many phrases.

FOLDER holds a manifest and a lexicon, which :func:`write_manifests` writes: finding duplicates of 10^9 phrases would
take many minutes, and by the benchmark's law, with 10 symbols or more in a phrase, none are to be expected: 10^-7 pairs
of equal ones. RESULT is a file of JSON: seconds of each part, and the memory of the process after it.
"""

import json
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks.readers.memory import own_memory
from hyperphrase import Corpus
from hyperphrase.corpus.layout import LEXICON_FILE, MANIFEST_FILE
from hyperphrase.corpus.manifest import DroppedSeeds
from hyperphrase.corpus.request import PHRASES_PER_SHARD, CorpusRequest, outputs_of, shard_names
from hyperphrase.corpus.shard_table import Shard
from hyperphrase.phrases.phrases import seed_range

_STEPS = 100  # that are taken after the first batch, all over the corpus
_T = TypeVar("_T")


def write_manifests(model: Path, folder: Path, phrases: int) -> dict[str, Path]:
    """Write manifests of ``phrases`` phrases by the recipe of the corpus ``model`` into ``folder``, unless there are.

    Returns their folders: ``none``, as of a corpus without a format, and ``shards``, which lists shards that
    do not exist. Each has the lexicon too.
    """
    folders = {kind: folder / kind for kind in ("none", "shards")}
    if all((made / MANIFEST_FILE).exists() for made in folders.values()):
        return folders
    corpus = Corpus.open(model)
    request = CorpusRequest.create(corpus.recipe, seeds=(0, phrases))

    def lengths(unit: int) -> Counter[int]:
        work = request.unit(unit)
        counts = np.bincount(corpus.phrases.lengths(seed_range(work.first_seed, work.stop_seed)))
        return Counter({length: count for length, count in enumerate(counts.tolist()) if count})

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        by_unit = list(pool.map(lengths, range(request.unit_count)))
    for kind, made in folders.items():
        outputs = outputs_of("tfrecord") if kind == "shards" else ()
        name = shard_names(request.unit_count, outputs)
        manifest = replace(
            corpus.manifest,
            first_seed=0,
            stop_seed=phrases,
            kept=phrases,
            phrases_per_shard=PHRASES_PER_SHARD,
            outputs=outputs,
            length_histogram=dict(sorted(sum(by_unit, Counter()).items())),
            shards=[_shard(name(unit), counts, unit) for unit, counts in enumerate(by_unit)] if outputs else [],
            dropped=DroppedSeeds(0, ()),
            files=(),
        )
        made.mkdir(parents=True, exist_ok=True)
        shutil.copy(model / LEXICON_FILE, made)
        (made / MANIFEST_FILE).write_bytes(manifest.dumps())
    return folders


def _shard(name: str, counts: Counter[int], unit: int) -> Shard:
    phrases, first = counts.total(), unit * PHRASES_PER_SHARD
    symbols = sum(length * count for length, count in counts.items())
    return Shard(name, phrases, symbols, 3 * symbols, 0, first, first + phrases - 1)


def measure(folder: Path, length: int, batch_size: int) -> dict[str, Any]:
    """Return {part: {seconds, memory}}."""
    found: dict[str, Any] = {}

    def timed(part: str, work: Callable[[], _T]) -> _T:
        begin = time.perf_counter()
        result = work()
        found[part] = {"seconds": time.perf_counter() - begin, "memory": own_memory()}
        return result

    corpus = timed("open", lambda: Corpus.open(folder))
    plan = timed("plan", lambda: corpus.contexts(length=length))
    stream = plan.stream(batch_size)
    timed("first batch", lambda: next(stream))
    stream.load_state_dict({**stream.state_dict(), "contexts": len(plan) // 2})
    timed("resume at 50%", lambda: next(stream))
    timed(f"{_STEPS} steps", lambda: [next(stream) for _ in range(_STEPS)])
    return {"phrases": len(corpus), "shards": len(corpus.manifest.shards), "parts": found}


def main(folder: str, length: str, batch_size: str, result: str) -> None:
    """Run the command."""
    Path(result).write_text(json.dumps(measure(Path(folder), int(length), int(batch_size))))


if __name__ == "__main__":
    main(*sys.argv[1:])
