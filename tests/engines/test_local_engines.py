"""The engines of this machine, Beam's FnApiRunner in all its modes, give the same files."""

import pytest

ENGINES = [
    ["--direct_running_mode=in_memory", "--direct_num_workers=1"],
    ["--direct_running_mode=multi_threading", "--direct_num_workers=3"],
    ["--direct_running_mode=multi_processing", "--direct_num_workers=2"],
    ["--runner=FnApiRunner"],
]


@pytest.mark.parametrize("name", ["repeating", "formats", "drawn again", "manifest alone"])
@pytest.mark.parametrize("engine", ENGINES, ids=" ".join)
def test_the_files_are_those_of_the_default_engine(equals_reference, name, engine):
    equals_reference(name, *engine)
