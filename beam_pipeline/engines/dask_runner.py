"""A DaskRunner that fixes Beam's where it gives wrong results silently, and rejects transforms that it would skip.

In 2.77.0, Beam's passes all outputs of a ParDo to the reader of one tagged output, drops the elements of
``finish_bundle``, keeps all that one element of Create expands to in one partition, computes only one leaf of the
pipeline, passes elements unchanged through transforms that it does not know, and waits for ever if no worker is left.
Here each PCollection is a Dask bag, and a side input is a task. Create, GroupByKey and Flatten are Beam's.
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

_PARTITIONS = 4  # per thread of the cluster: more balance the load, but a shuffle has partitions^2 tasks
_FEWEST_PARTITIONS = 16
_POLL_SECONDS = 2.0  # interval of checks for workers
_NO_WORKER_SECONDS = 30.0  # time limit without any worker: enough for a new one to start

#: A PCollection: its producer, and its tag among the producer's outputs.
_Name = tuple[AppliedPTransform, str | None]


class DaskRunner(BeamsDaskRunner):
    """Runs a pipeline on a Dask cluster: the one at ``--dask_client_address``, or a new one on this machine."""

    def run_pipeline(self, pipeline: beam.Pipeline, options: Any) -> "Result":
        """Start the pipeline. Raises UnsupportedError if it has an unsupported transform."""
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
    """Return the given options as keyword arguments of Dask's client, and ``npartitions``."""
    given: dict[str, Any] = options.view_as(DaskOptions).get_all_options(drop_default=True, current_only=True)
    return given


def _partitions(client: distributed.Client) -> int:
    threads: int = sum(client.nthreads().values())
    return max(_FEWEST_PARTITIONS, _PARTITIONS * threads)


class UnsupportedError(Exception):
    """A pipeline has a transform that this runner does not support."""


class Result(DaskRunnerResult):
    """A running pipeline. ``wait_until_finish`` also detects a cluster without workers, and closes the client."""

    def __init__(self, client: Any, futures: Sequence[Any], cluster: Any) -> None:
        super().__init__(client, futures)
        self._cluster = cluster

    def wait_until_finish(self, duration: int | None = None) -> str:
        """Wait for the end. Raises a task's exception, or RuntimeError if no worker or no scheduler is left."""
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
                done, waiting = distributed.wait(waiting, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED")
                self.client.gather(list(done))  # raises a task's exception
            except distributed.TimeoutError:
                if self.client.nthreads():
                    last_seen = time.monotonic()
                elif time.monotonic() - last_seen > _NO_WORKER_SECONDS:
                    raise RuntimeError(f"Dask has had no worker for {_NO_WORKER_SECONDS:.0f} s") from None


def close(client: distributed.Client, cluster: Any = None) -> None:
    """Disconnect from the cluster, which cancels unfinished tasks; stop ``cluster``, one made by the runner."""
    client.close(timeout=_POLL_SECONDS)
    if cluster is not None:
        cluster.close()


def check(pipeline: beam.Pipeline) -> None:
    """Raise UnsupportedError if ``pipeline``, which cannot be used afterwards, has an unsupported transform."""
    _translate(pipeline, 1)


def _translate(pipeline: beam.Pipeline, partitions: int) -> "_Bags":
    pipeline.replace_all(overrides.dask_overrides())
    bags = _Bags(partitions)
    pipeline.visit(bags)
    return bags


@dataclass
class _Bags(PipelineVisitor):
    """The Dask bag of each PCollection; a Reshuffle makes ``partitions`` partitions."""

    partitions: int
    _run: str = field(default_factory=lambda: uuid.uuid4().hex)  # in task names, so that no run reuses tasks of another
    _bags: dict[_Name, dask.bag.Bag] = field(default_factory=dict)
    _read: set[_Name] = field(default_factory=set)

    def ends(self) -> list[dask.bag.Bag]:
        """Return, for each PCollection that nothing reads, an empty bag that is computed when the PCollection is."""
        return [bag.map_partitions(_nothing) for name, bag in self._bags.items() if name not in self._read]

    def visit_transform(self, node: AppliedPTransform) -> None:
        """Make the bags of the outputs of ``node``."""
        kind, inputs = type(node.transform), [self._bag(value) for value in node.inputs if _is_collection(value)]
        if kind is beam.ParDo:
            self._bags |= self._pardo(node, inputs[0])
        elif kind is overrides._Create:
            self._bags[node, None] = TRANSLATIONS[kind](node, {"partition_size": 1}).apply(None)
        elif kind is overrides._GroupByKeyOnly:
            self._bags[node, None] = TRANSLATIONS[kind](node).apply(inputs[0])
        elif kind is overrides._Flatten:
            bag = TRANSLATIONS[kind](node).apply(inputs)  # has as many partitions as all inputs
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
    """A ParDo on one partition, as one bundle. Carries only what can be pickled; the rest is made on the worker."""

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
    """A receiver for each tag, made on first access."""

    def __init__(self, outputs: list[tuple[str | None, Any]]) -> None:
        super().__init__()
        self._outputs = outputs

    def __missing__(self, tag: str | None) -> "_Receiver":
        self[tag] = _Receiver(tag, self._outputs)
        return self[tag]


@dataclass
class _Receiver(beam.runners.common.Receiver):
    """Collects the elements of one output of a ParDo, with the output's tag."""

    tag: str | None
    outputs: list[tuple[str | None, Any]]

    def receive(self, windowed_value: WindowedValue) -> None:
        """Append the value without its window: there is only the global one."""
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
