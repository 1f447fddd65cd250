"""ExpandSeeds gives each unit of the range once."""

import pytest

from transforms.expand_seeds import ExpandSeeds


@pytest.mark.parametrize(
    ("seeds", "per_shard", "count"),
    [((0, 1), 1, 1), ((0, 1000), 100, 10), ((7, 1000), 100, 10), ((5, 5 + 3 * 4096 + 1), 4, 3 * 1024 + 1)],
)
def test_units_tile_the_range_in_order_of_their_index(outputs_of, context_of, seeds, per_shard, count):
    context = context_of(seeds, per_shard=per_shard)
    units = sorted(outputs_of(lambda pipeline: pipeline | ExpandSeeds(context.request)), key=lambda unit: unit.index)
    assert list(range(count)) == [unit.index for unit in units]
    assert seeds == (units[0].first_seed, units[-1].stop_seed)
    assert [unit.stop_seed for unit in units[:-1]] == [unit.first_seed for unit in units[1:]]
    assert {per_shard} >= {len(unit) for unit in units[:-1]}
    assert 0 < len(units[-1]) <= per_shard


def test_seeds_next_to_the_last_one_are_no_exception(outputs_of, context_of):
    context = context_of((2**63 - 250, 2**63), per_shard=100)
    units = outputs_of(lambda pipeline: pipeline | ExpandSeeds(context.request))
    assert 2**63 == max(unit.stop_seed for unit in units)
    assert [50, 100, 100] == sorted(map(len, units))
