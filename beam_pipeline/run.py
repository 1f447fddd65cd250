"""``run``: make a corpus."""

import contextlib
import dataclasses
import io
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.runners.runner import PipelineResult

from beam_pipeline.engines import dataflow_engine, engine
from beam_pipeline.folder import output_folder
from beam_pipeline.pipeline import make_corpus
from beam_pipeline.terminal import options
from beam_pipeline.terminal.command import DONE, INTERRUPTED, RESUME_HINT, WorkFailedError, leave, run_command
from beam_pipeline.terminal.progress_line import ProgressLine
from hyperphrase.corpus.drawn_range import deduplication, up_to
from hyperphrase.corpus.layout import REPORT_FILE
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.corpus.shard_table import bytes_in
from hyperphrase.errors import CorruptError, InputError
from hyperphrase.formatting import format_bytes
from hyperphrase.space.phrase_space import MOST_DRAWS_A_PHRASE, at_most
from transforms.worker.context import CorpusContext


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    return run_command("run", _run, arguments)


def _run(arguments: Sequence[str]) -> int:
    parser = options.parser("run", "make a corpus")
    if {"--help", "-h"} & set(arguments):
        print(parser.format_help())
        print("All other options are Beam's, and pass through:\n")
        print(engine.beam_help())
        return DONE
    given, rest = parser.parse_known_args(arguments)
    chosen = engine.choose(rest, parser, given.output)
    FileSystems.set_options(chosen.options)  # who we are to a bucket, before a pipeline is there to say it
    if not given.output:
        raise InputError("--output: is not given; name a folder for the corpus, as in --output=out")
    job = options.read_job(given)
    return _Run(given.output, job, job.request, chosen, given.quiet).run()


@dataclasses.dataclass
class _Run:
    """One run into one folder."""

    output: str
    job: options.Job
    request: CorpusRequest  # the job's, with more seeds where those of the job were too few
    engine: engine.Engine
    quiet: bool
    seen: tuple[int, int] = (0, 0)  # draws that were too few, and how many distinct phrases they gave

    def run(self) -> int:
        """Make the corpus, or what is missing of it; returns the exit status."""
        self._check()  # before a folder is made
        if self.engine.check:
            self.engine.check(self._pipeline())
        begin = time.monotonic()
        with output_folder.locked(self.output):
            manifest = self._check()  # again: another run may have finished meanwhile
            if manifest is not None and not output_folder.missing_files(self.output, manifest):
                output_folder.clean(self.output)
                if self.engine.template:
                    raise InputError(f"--output={self.output}: is complete already; there is no job to launch")
                self._say(
                    f"{self.output} is complete already: {manifest.kept:,} phrases in {len(manifest.shards):,} shards"
                )
                return DONE
            if self.engine.template:
                return self._stage(manifest)
            manifest, kept = self._make(manifest)
        self._summary(manifest, kept, time.monotonic() - begin)
        return DONE

    def _check(self) -> Manifest | None:
        try:
            return output_folder.check(self.output, self.request)
        except CorruptError as error:
            raise output_folder.corrupt_as_input(error) from error

    def _make(self, before: Manifest | None) -> tuple[Manifest, int]:
        """Return the manifest of the finished corpus, and how many of its shards an earlier run had made."""
        self._begin(before)
        earlier = output_folder.shard_times(self.output)
        try:
            self._work()
        except WorkFailedError:
            if self._check() is None:
                raise  # else the engine was lost when all was done
        manifest = output_folder.read_manifest(self.output)
        if manifest is None:
            raise WorkFailedError(
                f"{self.engine.description} ended the work well, but {self.output} has no manifest.json"
            )
        if missing := output_folder.missing_files(self.output, manifest):
            raise WorkFailedError(f"{len(missing)} files are not there after the run, such as {missing[0]}")
        now = output_folder.shard_times(self.output)
        output_folder.clean(self.output)
        return manifest, sum(earlier.get(shard.name) == now[shard.name] for shard in manifest.shards)

    def _begin(self, before: Manifest | None) -> None:
        output_folder.begin(self.output, self.request, self.job.lexicon, self.job.meanings)
        if before is not None:
            output_folder.reopen(self.output, before)

    def _stage(self, before: Manifest | None) -> int:
        """Write what workers read, and the job for somebody else to launch; returns the exit status."""
        self._begin(before)
        self._draw_more()
        self._run_pipeline()
        self._say(
            f"{self.engine.template} holds the job; {self.output} is complete once manifest.json is there\n"
            "then      the same command removes what is left of the work, or says how to go on"
        )
        return DONE

    def _draw_more(self) -> bool:
        """Draw more seeds than are known to be too few; tells whether the drawn ones are."""
        short = output_folder.shortfall(self.output, self.request)
        if short is None:
            return False
        kept, drawn = short
        target = self.request.phrases or 0
        most = at_most(self.seen, (drawn, kept), MOST_DRAWS_A_PHRASE * target)
        self.seen = drawn, kept
        if most < target:
            raise WorkFailedError(f"{drawn} draws gave {kept} distinct phrases only; ask for fewer")
        self._log(f"{drawn:,} draws gave {kept:,} distinct phrases: drawing more")
        self.request = up_to(self.request, 2 * drawn)
        return True

    def _work(self) -> None:
        """Run the pipeline until the drawn seeds hold the phrases asked for."""
        self._draw_more()
        while True:
            self._log(f"engine: {self.engine.description}")
            request = self.request
            target = request.phrases or request.stop_seed - request.first_seed
            shards = -(-target // request.phrases_per_shard) * len(request.outputs)
            if self.quiet:
                self._run_pipeline()
            else:
                drawn = request.stop_seed - request.first_seed
                with ProgressLine(self.output, drawn, target, shards, self.engine.here):
                    self._run_pipeline()
            if not self._draw_more():
                return

    def _pipeline(self) -> beam.Pipeline:
        dedup = deduplication(self.job.phrases, self.request)
        pipeline = beam.Pipeline(options=self.engine.options)
        folder_ = self.output if self.engine.here or "://" in self.output else str(Path(self.output).absolute())
        files = self.engine.local and "://" not in self.output
        make_corpus(pipeline, CorpusContext(folder_, self.request, files), dedup, self.job.lexicon.name)
        return pipeline

    def _run_pipeline(self) -> None:
        pipeline = self._pipeline()
        try:
            with _quiet() if self.engine.local else contextlib.nullcontext():
                self._wait(pipeline.run())
        except Exception as error:
            raise engine.failure(error) from error

    def _wait(self, result: PipelineResult) -> None:
        page = dataflow_engine.page_of(result, self.engine.options)
        if page:
            self._log(page)
        try:
            result.wait_until_finish()
        except KeyboardInterrupt:
            if self.engine.cancel:
                with contextlib.suppress(Exception):  # it may be gone already, with the job server
                    result.cancel()
            raise

    def _say(self, line: str) -> None:
        if not self.quiet:
            print(line)

    def _log(self, line: str) -> None:
        if not self.quiet:
            print(line, file=sys.stderr)

    def _summary(self, manifest: Manifest, shards_kept: int, seconds: float) -> None:
        written = bytes_in(manifest.shards)
        dictionary = manifest.dictionary
        meanings = f"then      hyperphrase find {self.output} WORDS   by {dictionary.kind}\n" if dictionary else ""
        injective = " (no two seeds give the same phrase)" if manifest.recipe.law.injective else ""
        kept = f", {shards_kept:,} of them kept from before" if shards_kept else ""
        self._say(
            f"{manifest.drawn:,} drawn = {manifest.kept:,} kept + {manifest.dropped.count:,} dropped{injective}; "
            f"{manifest.symbols:,} symbols\n"
            f"{len(manifest.shards):,} shards{kept}, {format_bytes(written)} in {seconds:.1f} s: "
            f"{manifest.symbols / seconds / 1e6:,.1f} M symbols/s, {format_bytes(written / seconds)}/s\n"
            f"look at   {self.output}/{REPORT_FILE}, {self.output}/statistics, {self.output}/manifest.json\n"
            f"{meanings}then      hyperphrase verify {self.output}    hyperphrase inspect {self.output} --head=3"
        )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Catch the tracebacks that Beam's threads print on stderr, also while an interrupted run ends."""
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            yield
        except KeyboardInterrupt:
            leave("run", RESUME_HINT, INTERRUPTED)


if __name__ == "__main__":
    sys.exit(main())
