"""Beam's DaskRunner, mended where it would be silently wrong, and refusing what it would silently leave out.

Beam's own (read, and run, in 2.77.0) hands each reader of one tagged output all outputs of the ParDo, drops what
``finish_bundle`` gives, leaves in one partition all that one starting element expands to, works for one end of the
pipeline only, passes through unchanged what it does not know, and waits for ever where no worker is left. Here a Dask
bag stands for each PCollection, and a side input is a task like others. Create, GroupByKey and Flatten are Beam's.
"""

import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
import dask
import dask.bag
import distributed
from apache_beam.pipeline import AppliedPTransform, PipelineVisitor
from apache_beam.runners.common import DoFnContext, DoFnInvoker, DoFnSignature, _OutputHandler
from apache_beam.runners.dask import overrides
from apache_beam.runners.dask.dask_runner import DaskOptions, DaskRunnerResult
from apache_beam.runners.dask.dask_runner import DaskRunner as BeamsDaskRunner
from apache_beam.runners.dask.transform_evaluator import TRANSLATIONS, get_windowed_value
from apache_beam.runners.runner import PipelineState
from apache_beam.transforms.sideinputs import SideInputMap
from apache_beam.utils.windowed_value import WindowedValue

_PARTITIONS = 4  # for each thread of the cluster: late units spread, and a shuffle has partitions^2 tasks
_FEWEST_PARTITIONS = 16
_LOOK_SECONDS = 2.0  # how often it is looked whether there are workers
_ALONE_SECONDS = 30.0  # how long no worker may be there: as long as a new one takes to start, and no longer

#: A PCollection: what makes it, and its tag among the outputs of that.
_Name = tuple[AppliedPTransform, str | None]


class DaskRunner(BeamsDaskRunner):
    """Runs a pipeline on a Dask cluster: the one named by ``--dask_client_address``, or one made on this machine."""

    def run_pipeline(self, pipeline: beam.Pipeline, options: Any) -> "Result":
        """Start the pipeline. Raises UnsupportedError for what it cannot do."""
        given = client_options(options)
        partitions = given.pop("npartitions", None)
        cluster = None
        if not {"address", "scheduler_file"} & given.keys():
            cluster = given["address"] = distributed.LocalCluster(dashboard_address=None)
        client = distributed.Client(**given)
        try:
            bags = _translate(pipeline, partitions or _partitions(client))
            return Result(client, client.compute(bags.ends()), cluster)
        except BaseException:
            close(client, cluster)
            raise


def client_options(options: Any) -> dict[str, Any]:
    """Return the keyword arguments for Dask's client, and ``npartitions``, that were given."""
    given: dict[str, Any] = options.view_as(DaskOptions).get_all_options(drop_default=True, current_only=True)
    return given


def _partitions(client: distributed.Client) -> int:
    threads: int = sum(client.nthreads().values())
    return max(_FEWEST_PARTITIONS, _PARTITIONS * threads)


class UnsupportedError(Exception):
    """A pipeline has a transform that this runner cannot do."""


class Result(DaskRunnerResult):
    """A pipeline at work; whoever waits for it hears of a cluster without workers, and closes the client."""

    def __init__(self, client: Any, futures: Sequence[Any], cluster: Any) -> None:
        super().__init__(client, futures)
        self._cluster = cluster

    def wait_until_finish(self, duration: int | None = None) -> str:
        """Wait for the end. Raises what a task raised, RuntimeError if no worker or no scheduler is left."""
        try:
            self._wait()
        except BaseException:
            self._state = PipelineState.FAILED
            raise
        finally:
            close(self.client, self._cluster)
        self._state = PipelineState.DONE
        return str(self._state)

    def _wait(self) -> None:
        last_seen = time.monotonic()
        waiting: Any = self.futures
        while waiting:
            try:
                done, waiting = distributed.wait(waiting, timeout=_LOOK_SECONDS, return_when="FIRST_COMPLETED")
                self.client.gather(list(done))  # raises what a task raised
            except distributed.TimeoutError:
                if self.client.nthreads():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > _ALONE_SECONDS:
                    raise RuntimeError(f"Dask has had no worker for {_ALONE_SECONDS:.0f} s") from None


def close(client: distributed.Client, cluster: Any = None) -> None:
    """Leave the cluster, which drops what is not yet done, and end it if it is ours."""
    client.close(timeout=_LOOK_SECONDS)
    if cluster is not None:
        cluster.close()


def check(pipeline: beam.Pipeline) -> None:
    """Raise UnsupportedError if ``pipeline``, which is of no use afterwards, has a transform that cannot be done."""
    _translate(pipeline, 1)


def _translate(pipeline: beam.Pipeline, partitions: int) -> "_Bags":
    pipeline.replace_all(overrides.dask_overrides())
    bags = _Bags(partitions)
    pipeline.visit(bags)
    return bags


@dataclass
class _Bags(PipelineVisitor):
    """The Dask bag of each PCollection, in ``partitions`` pieces where work is to spread."""

    partitions: int
    _run: str = field(default_factory=lambda: uuid.uuid4().hex)  # no task is taken for one of another run: they write
    _bags: dict[_Name, dask.bag.Bag] = field(default_factory=dict)
    _read: set[_Name] = field(default_factory=set)

    def ends(self) -> list[dask.bag.Bag]:
        """Return, for each PCollection that nothing reads, a bag of nothing that is done when the PCollection is."""
        return [bag.map_partitions(_nothing) for name, bag in self._bags.items() if name not in self._read]

    def visit_transform(self, node: AppliedPTransform) -> None:
        """Make the bags of what ``node`` gives."""
        kind, inputs = type(node.transform), [self._bag(value) for value in node.inputs if _is_collection(value)]
        if kind is beam.ParDo:
            self._bags |= self._pardo(node, inputs[0])
        elif kind is overrides._Create:
            self._bags[node, None] = TRANSLATIONS[kind](node, {"partition_size": 1}).apply(None)
        elif kind is overrides._GroupByKeyOnly:
            self._bags[node, None] = TRANSLATIONS[kind](node).apply(inputs[0])
        elif kind is overrides._Flatten:
            bag = TRANSLATIONS[kind](node).apply(inputs)  # as many partitions as all together
            self._bags[node, None] = bag.repartition(min(self.partitions, bag.npartitions))
        elif kind is overrides._Reshuffle:
            self._bags[node, None] = inputs[0].repartition(self.partitions)
        elif kind is overrides._GroupAlsoByWindow:
            self._bags[node, None] = inputs[0]  # there is one window
        else:
            raise UnsupportedError(f"{node.full_label} ({kind.__name__})")

    def _bag(self, value: beam.PCollection) -> dask.bag.Bag:
        name = value.producer, value.tag
        self._read.add(name)
        return self._bags[name]

    def _pardo(self, node: AppliedPTransform, bag: dask.bag.Bag) -> dict[_Name, dask.bag.Bag]:
        sides = [dask.delayed(_joined)(self._bag(side.pvalue).to_delayed()) for side in node.side_inputs]
        outputs = bag.map_partitions(_ParDo(node, self._run), *sides, token=node.full_label)
        return {(node, tag): outputs.map_partitions(_of_tag, tag, token=node.full_label) for tag in node.outputs}


class _ParDo:
    """The work of a ParDo on one partition: a bundle. Carries what is pickled anyway, and makes the rest there."""

    def __init__(self, node: AppliedPTransform, run: str) -> None:
        self.run, transform = run, node.transform
        signature = DoFnSignature(transform.fn)
        if signature.is_stateful_dofn() or signature.is_splittable_dofn():
            raise UnsupportedError(f"{node.full_label} (a DoFn with state, timers or restrictions)")
        self.label, self.fn, self.arguments = node.full_label, transform.fn, transform.raw_side_inputs
        self.window = node.main_inputs[next(iter(node.main_inputs))].windowing.windowfn
        self.views = [(type(side), side._view_options()) for side in node.side_inputs]

    def __call__(self, elements: Iterable[Any], *sides: list[Any]) -> list[tuple[str | None, Any]]:
        outputs: list[tuple[str | None, Any]] = []
        invoker = self._invoker(outputs, sides)
        invoker.invoke_setup()
        try:
            invoker.invoke_start_bundle()
            for element in elements:
                invoker.invoke_process(get_windowed_value(element, self.window))
            invoker.invoke_finish_bundle()
        finally:
            invoker.invoke_teardown()
        return outputs

    def _invoker(self, outputs: list[tuple[str | None, Any]], sides: tuple[list[Any], ...]) -> Any:
        receivers = _Receivers(outputs)
        handler = _OutputHandler(self.window, receivers[None], receivers, None, None, False, False)
        views = [
            SideInputMap(view, options, [get_windowed_value(value, self.window) for value in values])
            for (view, options), values in zip(self.views, sides, strict=True)
        ]
        positional, named = self.arguments
        return DoFnInvoker.create_invoker(
            DoFnSignature(self.fn),
            handler,
            DoFnContext(self.label, state=None),
            views,
            list(positional),
            dict(named),
            user_state_context=None,
            bundle_finalizer_param=beam.DoFn.BundleFinalizerParam(),
        )


class _Receivers(dict[str | None, "_Receiver"]):
    """A receiver for each tag, made when it is asked for."""

    def __init__(self, outputs: list[tuple[str | None, Any]]) -> None:
        super().__init__()
        self._outputs = outputs

    def __missing__(self, tag: str | None) -> "_Receiver":
        self[tag] = _Receiver(tag, self._outputs)
        return self[tag]


@dataclass
class _Receiver(beam.runners.common.Receiver):
    """Keeps what a ParDo gives to one of its outputs, with the output's tag."""

    tag: str | None
    outputs: list[tuple[str | None, Any]]

    def receive(self, windowed_value: WindowedValue) -> None:
        """Keep the value; there is one window."""
        self.outputs.append((self.tag, windowed_value.value))


def _is_collection(value: Any) -> bool:
    return isinstance(value, beam.PCollection) and not isinstance(value, beam.pvalue.PBegin)


def _of_tag(outputs: Iterable[tuple[str | None, Any]], tag: str | None) -> list[Any]:
    return [value for name, value in outputs if name == tag]


def _joined(parts: list[Iterable[Any]]) -> list[Any]:
    return [value for part in parts for value in part]


def _nothing(part: Iterable[Any]) -> Iterator[Any]:
    for _ in part:
        pass
    return iter(())
