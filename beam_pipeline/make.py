"""Make a corpus: run the pipeline into a folder until it holds the requested phrases."""

import _thread
import contextlib
import functools
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TextIO, cast

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems
from apache_beam.runners.runner import PipelineResult

from beam_pipeline.engines import dataflow_engine, engine
from beam_pipeline.engines.beam_fixes import labels_kept
from beam_pipeline.engines.engine import Engine
from beam_pipeline.engines.worker_monitor import lost_worker
from beam_pipeline.folder import output_folder, report_page
from beam_pipeline.made import Made, summary
from beam_pipeline.pipeline import apply_pipeline
from beam_pipeline.terminal import interrupts
from beam_pipeline.terminal.local_channels import go_direct, variables_kept
from beam_pipeline.terminal.own_threads import OwnThreadsOnly
from beam_pipeline.terminal.run_progress import run_progress
from beam_pipeline.terminal.streams import descriptors_open
from hyperphrase.corpus.drawn_range import deduplication, up_to
from hyperphrase.corpus.layout import MANIFEST_FILE, WORK_FOLDER
from hyperphrase.corpus.manifest import Manifest
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.errors import CorruptError, InputError, WorkFailedError
from hyperphrase.planning.job import Job
from hyperphrase.space.phrase_space import MOST_DRAWS_A_PHRASE, at_most
from transforms.worker.context import CorpusContext

_PAUSE = 0.5  # seconds before files are looked at once more


@dataclass
class Maker:
    """One run into one folder.

    log: called with each line to log. warn: with a line of what failed beside the corpus.
    progress: as :func:`~beam_pipeline.terminal.run_progress.run_progress`, shows the progress of the
    pipeline. around: a context manager that the pipeline runs in.
    """

    output: str
    job: Job
    engine: Engine
    log: Callable[[str], object]
    progress: Callable[[str, int, int, int, bool], AbstractContextManager[object]]
    warn: Callable[[str], object]
    around: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext
    request: CorpusRequest = field(init=False)  # the job's, with more seeds if those of the job were too few
    seen: tuple[int, int] = (0, 0)  # (draws, distinct phrases) of the last attempt with too few draws

    def __post_init__(self) -> None:
        self.request = self.job.request

    def make(self) -> Made:
        """Make the corpus, or its missing files. Raises InputError, CorruptError, WorkFailedError or OSError."""
        self._check()  # before the folder is created
        if self.engine.check:
            self.engine.check(self._pipeline())
        begin = time.monotonic()
        with output_folder.locked(self.output) as alone:
            if not alone:
                self.log(f"{self.output}: the file system offers no locks; start no second run into the same folder")
            before = self._check()  # again: another run may have finished in the meantime
            if before is not None and not output_folder.missing_files(self.output, before):
                return self._complete(before)
            if self.engine.template:
                return self._stage(before)
            manifest, kept = self._work_until_complete(before)
        return Made(manifest, shards_kept=kept, seconds=time.monotonic() - begin)

    def _check(self) -> Manifest | None:
        try:
            return output_folder.check(self.output, self.request)
        except CorruptError as error:
            raise output_folder.corrupt_as_input(error) from error

    def _complete(self, manifest: Manifest) -> Made:
        if not self.engine.template and not report_page.has_report(self.output):
            report_page.try_to_write(self.output, self.job, manifest, self.warn)
        self._clean()
        if self.engine.template:
            raise InputError("is complete already; there is no job to launch", field="output", value=self.output)
        return Made(manifest, was_complete=True)

    def _work_until_complete(self, before: Manifest | None) -> tuple[Manifest, int]:
        """Return the manifest of the finished corpus, and the number of its shards reused from an earlier run."""
        self._begin(before)
        earlier = output_folder.shards_with_rows(self.output)
        try:
            self._work()
        except (WorkFailedError, OSError):
            if self._check() is None:
                raise  # else the engine or the disk failed after the corpus was complete
        try:
            return self._finished(earlier)
        except OSError:  # the corpus may be complete: a disk that fails once must not make it look broken
            time.sleep(_PAUSE)
            return self._finished(earlier)

    def _finished(self, earlier: set[str]) -> tuple[Manifest, int]:
        """Check that all files of the corpus are there, and remove the others that the run has made."""
        manifest = output_folder.read_manifest(self.output)
        if manifest is None:
            raise WorkFailedError(
                f"{self.engine.description} ended without an error, but {self.output} has no {MANIFEST_FILE}"
            )
        if missing := output_folder.missing_files(self.output, manifest):
            raise WorkFailedError(f"{len(missing)} files are missing after the run, such as {missing[0]}")
        kept = output_folder.count_kept(self.output, manifest, earlier)
        report_page.try_to_write(self.output, self.job, manifest, self.warn)
        self._clean()
        return manifest, kept

    def _clean(self) -> None:
        if not output_folder.clean(self.output):
            self.log(f"{self.output}/{WORK_FOLDER} cannot be removed now; the corpus does not need it")

    def _begin(self, before: Manifest | None) -> None:
        output_folder.begin(self.output, self.request, self.job.lexicon, self.job.meanings)
        if before is not None:
            output_folder.reopen(self.output, before)

    def _stage(self, before: Manifest | None) -> Made:
        """Write the files that workers read, and the job as a template to be launched later."""
        self._begin(before)
        self._draw_more()
        self._run_pipeline()
        return Made(None)

    def _draw_more(self) -> bool:
        """If an attempt is known to have drawn too few seeds, double them and return True; else return False."""
        short = output_folder.shortfall(self.output, self.request)
        if short is None:
            return False
        kept, drawn = short
        target = self.request.phrases or 0
        most = at_most(self.seen, (drawn, kept), MOST_DRAWS_A_PHRASE * target)
        self.seen = drawn, kept
        if most < target:
            raise WorkFailedError(f"{drawn} draws gave {kept} distinct phrases only; ask for fewer")
        self.log(f"{drawn:,} draws gave {kept:,} distinct phrases: drawing more")
        self.request = up_to(self.request, 2 * drawn)
        return True

    def _work(self) -> None:
        """Run the pipeline until the drawn seeds give the requested number of phrases."""
        self._draw_more()
        while True:
            self.log(f"engine: {self.engine.description}")
            with self._watched():
                self._run_pipeline()
            if not self._draw_more():
                return

    def _watched(self) -> AbstractContextManager[object]:
        request, drawn = self.request, self.request.stop_seed - self.request.first_seed
        target = request.phrases or drawn
        shards = -(-target // request.phrases_per_shard) * len(request.outputs)
        return self.progress(self.output, drawn, target, shards, self.engine.in_process)

    def _pipeline(self) -> beam.Pipeline:
        dedup = deduplication(self.job.phrases, self.request)
        pipeline = beam.Pipeline(options=self.engine.options)
        folder = self.output if self.engine.in_process or "://" in self.output else str(Path(self.output).absolute())
        files = self.engine.local and "://" not in self.output
        apply_pipeline(pipeline, CorpusContext(folder, self.request, files), dedup, self.job.lexicon.name)
        return pipeline

    def _run_pipeline(self) -> None:
        pipeline = self._pipeline()
        if self.engine.cancel:
            interrupts.raise_once()
        try:
            with self.around():
                self._wait(pipeline.run())
        except Exception as error:
            if self.engine.cancel:  # the server that reports the failure may not be the one that works
                self.engine.cancel(None)
            raise engine.failure(error) from error

    def _wait(self, result: PipelineResult) -> None:
        page = dataflow_engine.page_of(result, self.engine.options)
        if page:
            self.log(page)
        try:
            result.wait_until_finish()
        except KeyboardInterrupt:
            if self.engine.cancel:
                self.engine.cancel(result)
            raise


def make(
    output: str, job: Job, beam_options: Sequence[str] = (), progress: Callable[[str], object] | None = None
) -> Made:
    """Make the corpus of ``job`` in ``output``, for :func:`hyperphrase.make_corpus`.

    Raises InputError, CorruptError, WorkFailedError or OSError.
    """
    try:
        with _beam_silenced(), labels_kept(), variables_kept(), descriptors_open():
            go_direct()
            chosen = engine.choose(beam_options, output=output, on_lost_worker=_interrupt)
            FileSystems.set_options(chosen.options)  # who we are to a bucket, before a pipeline is there to say it
            watched = functools.partial(run_progress, show=progress) if progress else no_progress
            log = progress or no_log
            for line in job.notes() if progress else ():
                log(f"note: {line}")
            made = Maker(output, job, chosen, log, watched, log).make()
        for line in summary(output, made, chosen.template):
            log(line)
        return made
    except KeyboardInterrupt:
        reason = lost_worker()
        if reason is None:
            raise
        raise engine.failure(RuntimeError(reason)) from None


@contextlib.contextmanager
def _beam_silenced() -> Iterator[None]:
    """Keep Beam's logs and the tracebacks of its threads off stderr meanwhile: failures are raised as exceptions."""
    stream, disabled = sys.stderr, logging.root.manager.disable
    logger = logging.getLogger("apache_beam")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    sys.stderr = cast(TextIO, OwnThreadsOnly(stream))
    try:
        yield
    finally:
        sys.stderr = stream
        logger.setLevel(level)
        logging.disable(disabled)


def no_progress(*_: object) -> AbstractContextManager[object]:
    """Show no progress."""
    return contextlib.nullcontext()


def no_log(_: str) -> None:
    """Log nothing."""


def _interrupt(_: str) -> NoReturn:
    """Interrupt a run whose worker process died and that Beam keeps waiting for."""
    _thread.interrupt_main()
    raise SystemExit  # ends the monitoring thread
