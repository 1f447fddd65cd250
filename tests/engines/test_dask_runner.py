"""The runner for Dask: right where Beam's own is silently wrong, and refusing what that would leave out."""

import apache_beam as beam
import distributed
import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.userstate import BagStateSpec
from apache_beam.transforms.window import FixedWindows, GlobalWindow
from apache_beam.utils.windowed_value import WindowedValue

from beam_pipeline.engines import dask_engine
from beam_pipeline.engines.dask_runner import DaskRunner
from beam_pipeline.pipeline import apply_pipeline
from beam_pipeline.terminal import options
from hyperphrase.corpus.drawn_range import deduplication
from hyperphrase.errors import InputError
from transforms.worker.context import CorpusContext

SEEN = {}  # {name: elements}, by tasks, which are done in this process


def keep(element, name):
    SEEN.setdefault(name, []).append(element)


def see(collection, name):
    """Let the elements of ``collection`` be seen under ``name``."""
    return collection | f"See {name}" >> beam.Map(keep, name)


@pytest.fixture(scope="module")
def cluster():
    """Two workers in this process."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        yield cluster


@pytest.fixture
def run(cluster):
    """Return a caller that runs what a maker of pipelines made: maker -> {name: elements seen, sorted}."""

    def call(make):
        SEEN.clear()
        options = [f"--dask_client_address={cluster.scheduler_address}", "--dask_npartitions=5"]
        pipeline = beam.Pipeline(DaskRunner(), options=PipelineOptions(options))
        make(pipeline)
        pipeline.run().wait_until_finish()
        return {name: sorted(elements) for name, elements in SEEN.items()}

    return call


class Parity(beam.DoFn):
    def process(self, number):
        yield beam.pvalue.TaggedOutput("odd" if number % 2 else "even", number)
        yield -number


class Total(beam.DoFn):
    def start_bundle(self):
        self.total = 0

    def process(self, number):
        self.total += number

    def finish_bundle(self):
        yield WindowedValue(self.total, 0, [GlobalWindow()])


class Remember(beam.DoFn):
    STATE = BagStateSpec("state", beam.coders.VarIntCoder())

    def process(self, pair, state=beam.DoFn.StateParam(STATE)):  # noqa: B008  # Beam's way
        yield pair


def test_each_output_is_read_by_itself(run):
    def make(pipeline):
        outputs = pipeline | beam.Create(range(6)) | beam.ParDo(Parity()).with_outputs("odd", "even", main="all")
        for name in ("odd", "even", "all"):
            see(outputs[name], name)

    assert {"odd": [1, 3, 5], "even": [0, 2, 4], "all": [-5, -4, -3, -2, -1, 0]} == run(make)


def test_side_inputs_of_some_elements_and_of_none(run):
    def make(pipeline):
        numbers = pipeline | beam.Create(range(3)) | beam.Reshuffle()
        total = numbers | "Sum" >> beam.CombineGlobally(sum).without_defaults()
        none = numbers | beam.Filter(lambda number: number > 9) | "None" >> beam.CombineGlobally(sum).without_defaults()
        sides = [beam.pvalue.AsSingleton(total), beam.pvalue.AsSingleton(none, -1), beam.pvalue.AsList(numbers)]
        see(numbers | beam.Map(lambda number, one, no, all_: (number, one, no, sorted(all_)), *sides), "sides")

    assert {"sides": [(number, 3, -1, [0, 1, 2]) for number in range(3)]} == run(make)


def test_what_the_end_of_a_bundle_gives_is_kept(run):
    def make(pipeline):
        totals = pipeline | beam.Create(range(10)) | beam.ParDo(Total())
        see(totals | beam.CombineGlobally(sum), "sum")

    assert {"sum": [45]} == run(make)


def test_grouping_joining_flattening_and_a_sum_of_nothing(run):
    def make(pipeline):
        left = pipeline | "Left" >> beam.Create([(1, "a"), (2, "b")])
        right = pipeline | "Right" >> beam.Create([(1, "c")])
        see({"left": left, "right": right} | beam.CoGroupByKey() | beam.Map(str), "joined")
        both = (left, right) | beam.Flatten() | beam.Values()
        see(both, "both")
        see(both | beam.Filter(lambda text: text > "z") | beam.combiners.Count.Globally(), "count")

    joined = ["(1, {'left': ['a'], 'right': ['c']})", "(2, {'left': ['b'], 'right': []})"]
    assert {"joined": joined, "both": ["a", "b", "c"], "count": [0]} == run(make)


def test_what_one_element_expands_to_spreads_over_the_partitions(run):
    def make(pipeline):
        units = pipeline | beam.Create([20]) | beam.FlatMap(lambda number: list(range(number))) | beam.Reshuffle()
        see(units | beam.ParDo(Total()) | beam.combiners.Count.Globally(), "bundles")

    assert {"bundles": [5]} == run(make)


def test_work_that_two_read_is_done_once(run):
    def make(pipeline):
        numbers = pipeline | beam.Create(range(3)) | beam.Map(lambda number: keep(number, "work") or number)
        see(numbers, "first")
        see(numbers, "second")

    assert {"work": [0, 1, 2], "first": [0, 1, 2], "second": [0, 1, 2]} == run(make)


def test_what_a_task_raises_reaches_the_program(run):
    with pytest.raises(ZeroDivisionError):
        run(lambda pipeline: pipeline | beam.Create([0]) | beam.Map(lambda number: 1 // number))


UNSUPPORTED = {
    "Impulse": beam.Impulse(),
    "WindowInto": beam.Create([1]) | beam.WindowInto(FixedWindows(1)),
    "state": beam.Create([(1, 1)]) | beam.ParDo(Remember()),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_would_be_left_out_is_refused(name):
    pipeline = beam.Pipeline()
    pipeline | UNSUPPORTED[name]
    with pytest.raises(InputError, match=f"^--runner=DaskRunner: does not support .*{name}.*; choose another engine$"):
        dask_engine.check(pipeline)


@pytest.mark.parametrize("law", ["zipf", "permutation"])
@pytest.mark.parametrize("more", [[], ["--dictionary"], ["--format=none"]], ids=str)
def test_the_pipeline_of_every_corpus_can_be_done(law, more):
    arguments = ["--vocabulary=1000", f"--sampler={law}", "--seeds=0:1000", "--output=out", *more]
    job = options.read_job(options.parser("run", "").parse_args(arguments))
    pipeline = beam.Pipeline()
    apply_pipeline(
        pipeline, CorpusContext("out", job.request), deduplication(job.phrases, job.request), job.lexicon.name
    )
    dask_engine.check(pipeline)
