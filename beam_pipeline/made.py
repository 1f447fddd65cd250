"""The result of a run, and its summary."""

from collections.abc import Iterator
from dataclasses import dataclass

from hyperphrase.corpus.layout import MANIFEST_FILE, REPORT_FILE, STATISTICS_FOLDER
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.formatting import format_bytes


@dataclass(frozen=True)
class Made:
    """The result of a run.

    manifest: of the complete corpus, None if the job was written as a template to be launched later. was_complete:
    whether the corpus was complete before. shards_kept: number of shards reused from an earlier run. seconds: duration.
    """

    manifest: Manifest | None
    was_complete: bool = False
    shards_kept: int = 0
    seconds: float = 0.0


def summary(output: str, made: Made, template: str | None) -> Iterator[str]:
    """Yield the lines of the summary of a run."""
    manifest = made.manifest
    if manifest is None:
        yield f"{template} holds the job; {output} is complete once {MANIFEST_FILE} is there"
        yield "then      rerun the same command to remove the temporary files, or to see what is missing"
        return
    if made.was_complete:
        yield f"{output} is complete already: {manifest.kept:,} phrases in {len(manifest.shards):,} shards"
        return
    written, seconds = bytes_in(manifest.shards), made.seconds
    injective = " (no two seeds give the same phrase)" if manifest.recipe.law.injective else ""
    kept = f", {made.shards_kept:,} of them kept from before" if made.shards_kept else ""
    yield (
        f"{manifest.drawn:,} drawn = {manifest.kept:,} kept + {manifest.dropped.count:,} dropped{injective}; "
        f"{manifest.symbols:,} symbols"
    )
    yield (
        f"{len(manifest.shards):,} shards{kept}, {format_bytes(written)} in {seconds:.1f} s: "
        f"{manifest.symbols / seconds / 1e6:,.1f} M symbols/s, {format_bytes(written / seconds)}/s"
    )
    yield f"look at   {output}/{REPORT_FILE}, {output}/{STATISTICS_FOLDER}, {output}/{MANIFEST_FILE}"
    if manifest.dictionary:
        yield f"then      hyperphrase find {output} WORDS   in the dictionary of {manifest.dictionary.kind}"
    yield f"then      hyperphrase verify {output}    hyperphrase inspect {output} --head=3"
