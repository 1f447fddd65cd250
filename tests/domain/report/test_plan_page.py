"""The page of a plan has its answer, all its tables and charts, and no more than it needs."""

import dataclasses

import pytest

from hyperphrase import Lexicon, Phrases, Recipe
from hyperphrase.corpus.request import CorpusRequest
from hyperphrase.planning.calculation import calculate
from hyperphrase.planning.corpus_sample import sample_of
from hyperphrase.planning.expected_corpus import ExpectedCorpus
from hyperphrase.planning.job import prepare_job
from hyperphrase.planning.machine_plan import Fleet, machine_plan
from hyperphrase.planning.machine_tables import machine_tables
from hyperphrase.planning.machines import Machine
from hyperphrase.planning.prices import Prices
from hyperphrase.planning.schedule import Speed
from hyperphrase.planning.tables import answer, tables
from hyperphrase.planning.work import work_of
from hyperphrase.report.plan_page import plan_page
from tests.domain.report.pages import Page

SPEED = Speed(2.0, 0.001, 1e-7, 1e-8, 1e6, 1e-6, 0.1)
FLEET = Fleet(4, Machine("test", 8, 32e9, 1e9, "a test"), Prices(machine_hour=2.0), False)


def found_of(lengths="uniform:min=1,max=60", notes=(), time=True):
    lexicon = Lexicon.load("synthetic", vocabulary=500)
    recipe = Recipe.create("zipf:s=1.0", lengths=lengths, lexicon=lexicon)
    job = prepare_job(lexicon, Phrases(recipe, lexicon), CorpusRequest.create(recipe, phrases=1000))
    work = work_of(job.request, job.space, None, 30.0, (100.0,))
    plan = machine_plan(work, FLEET, SPEED, 4e8, 0, str.upper) if time else None
    expected = ExpectedCorpus(job)
    return calculate(expected, sample_of(expected), "symbols", tuple(notes), dictionaries=False, time=plan)


@pytest.fixture(scope="module")
def found():
    return found_of()


def test_the_page_has_the_answer_the_tables_and_the_charts(found):
    shown = [*tables(found), *machine_tables(found.time)]
    page = Page(plan_page(found, shown))
    for line in answer(found):
        assert line in page.text
    for table in shown:
        assert table.title in page.text
        for row in table.rows:
            for cell in row:
                assert " ".join(cell.split()) in page.text
    assert 3 == page.tags.count("svg")
    assert {"script", "link", "img"} & set(page.tags) <= {"link"}  # the empty icon
    assert len(plan_page(found, shown)) < 100_000


def test_a_plan_without_time_and_with_one_length_is_drawn_too():
    found = found_of("fixed:length=7", time=False)
    page = Page(plan_page(found, tables(found)))
    assert 2 == page.tags.count("svg")
    assert "Making it takes" not in page.text


def test_texts_of_others_are_texts():
    found = found_of(notes=["<script>alert(1)</script>\x1b[2J"], time=False)
    text = plan_page(found, tables(found))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J" in text
    assert "<script>" not in text


def test_the_data_are_plain_and_the_same(found):
    data = found.to_json()
    assert found.entropy.floor_bytes == data["entropy"]["floor_bytes"]
    assert data["cost"]["total"] == pytest.approx(found.time.seconds * 4 * 2.0 / 3600)
    workers = {row["workers"]: row["seconds"] for row in data["time"]["by_workers"]}
    assert found.time.seconds == pytest.approx(workers[4])
    assert list(workers) == sorted(workers)
    assert dataclasses.asdict(found.bytes[0]) == data["bytes"][0]
