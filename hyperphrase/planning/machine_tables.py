"""Time, memory, requests and cost of a corpus on machines, in words."""

from collections.abc import Iterator

from hyperphrase.formatting import format_bytes
from hyperphrase.planning.machine_plan import MachinePlan
from hyperphrase.planning.tables import Table


def machine_tables(plan: MachinePlan) -> list[Table]:
    """Return the tables of a plan on machines."""
    notes = ["times: from a calibration on this machine; the start of other machines is not included"]
    if plan.compiled:
        notes.append(f"start and memory: include compiling {plan.compiled} kernels, now cached; rerun for lower values")
    notes += [f"note: {line}" for line in plan.warnings]
    rows = [*_fleet_rows(plan), *_shuffle_rows(plan), *_memory_rows(plan), *_file_rows(plan)]
    return [
        Table("On machines", rows, head=False),
        Table("Time", list(_time_rows(plan))),
        Table("Speed", [*_speed_rows(plan), *_cost_rows(plan)], head=False, notes=tuple(notes)),
    ]


def _fleet_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    machine, fleet = plan.fleet.machine, plan.fleet
    network = f", {machine.network * 8 / 1e9:,.0f} Gbit/s" if machine.network and not fleet.local else ""
    yield (
        "machines",
        f"{fleet.workers:,} of {machine.name}: {machine.cores} cores, {machine.memory / (1 << 30):,.1f} GiB{network} "
        f"(by {machine.source})",
    )


def _shuffle_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    work, sent = plan.work, plan.sent
    if work.dedup is None:
        return
    yield "keys", f"{sent.keys:,.0f} of 8 bytes; bucket and key give {work.dedup.width} bits of the fingerprint"
    yield "spans", f"{work.spans:,} of {work.span:,} phrases"
    yield "buckets", f"{sent.buckets:,} of {sent.mean:,.0f} keys, the largest {sent.largest:,.0f}"
    yield "elements", f"{sent.elements:,.0f} runs of {sent.run:,.0f} keys"
    yield "bytes shuffled", f"{format_bytes(sent.bytes)}"
    yield "candidates", f"{sent.candidates:,.3g} phrases to redraw and compare with an earlier one"


def _memory_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    needed = plan.needed
    yield (
        "memory per machine",
        f"at most {format_bytes(needed.peak)}: start {format_bytes(needed.base)}, fingerprint "
        f"{format_bytes(needed.fingerprint)}, "
        f"compare {format_bytes(needed.compare)}, write {format_bytes(needed.write)}",
    )


def _file_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    work = plan.work
    each = [format_bytes(work.kept / work.units * phrase) for phrase in work.bytes_a_phrase]
    yield "shard files", f"{work.shards:,}" + (f" of {' and '.join(each)}" if each else "")
    if not plan.fleet.local:
        yield "requests", f"{plan.asked.writes:,.0f} writes (class A), {plan.asked.reads:,.0f} reads (class B)"


def _time_rows(plan: MachinePlan) -> Iterator[tuple[str, ...]]:
    yield "phase", "seconds", "without waiting", "network at least", "work items"
    for phase in plan.phases:
        yield (
            phase.name,
            f"{phase.seconds:,.1f}",
            f"{phase.work:,.1f}",
            f"{phase.network:,.1f}",
            f"{phase.items:,}",
        )
    yield "total", f"{plan.seconds:,.1f}", f"{sum(phase.work for phase in plan.phases):,.1f}", "", ""


def _speed_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    speed, work = plan.speed, plan.work
    written = f"{work.symbols_a_phrase * 1e-6 / speed.write:,.1f} M symbols/s written"
    first = f"{1e-6 / speed.fingerprint:,.1f} M phrases/s fingerprinted, " if work.dedup else ""
    second = f"{1e-6 / speed.compare:,.1f} M keys/s compared, " if work.dedup else ""
    yield "per core, all busy", f"{first}{second}{written}"
    yield "per unit", f"{speed.unit * 1e3:,.1f} ms fixed cost; work items differ by {speed.spread:.0%}"


def _cost_rows(plan: MachinePlan) -> Iterator[tuple[str, str]]:
    if plan.costs is not None and plan.cost is not None:
        parts = plan.costs | {"in all": plan.cost}
        yield "cost", ", ".join(f"{name} {amount:,.2f}" for name, amount in parts.items())
