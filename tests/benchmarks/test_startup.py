"""The profile of a small run: every part is found, and the parts add up to the time from outside."""

import importlib
import time

import pytest

from benchmarks.startup import END, OTHER, PARTS, REST, START, Stopwatch, measured


def test_every_part_is_there():
    missing = []
    for module, owner, name, _ in PARTS:
        place = importlib.import_module(module)
        if not hasattr(getattr(place, owner, None) if owner else place, name):
            missing.append((module, owner, name))
    assert [] == missing


def test_a_run_is_taken_apart_without_a_rest(tmp_path):
    begin = time.monotonic()
    main, workers = measured(tmp_path)
    seconds = time.monotonic() - begin
    assert pytest.approx(seconds, abs=0.1) == sum(main.values())
    assert {START, REST, END, OTHER} <= set(main)
    assert {part for *_, part in PARTS} == {*main, *workers} & {part for *_, part in PARTS}


def test_a_part_does_not_count_what_parts_inside_it_take():
    watch = Stopwatch()
    with watch.part("outer"):
        with watch.part("inner"):
            time.sleep(0.05)
        with watch.part("inner"):
            time.sleep(0.05)
    assert watch.main["inner"] >= 0.1
    assert watch.main["outer"] < 0.05
