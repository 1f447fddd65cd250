"""Charts: their points lie where they belong, and axes are labelled in round numbers."""

import itertools
import re

import pytest

from hyperphrase.report.charts import Axis, Series, chart, short
from hyperphrase.report.figures import Figures
from hyperphrase.report.histograms import Bars, bars_of, outline
from hyperphrase.report.subject import of_corpus
from tests.domain.report.pages import Page, corpus_of


def circles(svg):
    return [tuple(map(float, pair)) for pair in re.findall(r'cx="([0-9.-]+)" cy="([0-9.-]+)"', svg)]


def labels(svg, axis):
    found = re.search(rf'class="axis {axis}.*?(?=class="axis [xy]|class="series)', svg, re.DOTALL)
    return re.findall(r"<text[^>]*>([^<]*)</text>", found[0])


def test_a_power_law_is_a_straight_line_on_logarithmic_axes():
    svg = chart(
        "a", "t", [Series("s", [(10.0**i, 10.0**-i) for i in range(4)], "dots")], Axis(log=True), Axis(log=True)
    )
    (x0, y0), *rest = circles(svg)
    assert len(rest) == 3
    for i, (x, y) in enumerate(rest, 1):
        assert x - x0 == pytest.approx(i * (rest[0][0] - x0))
        assert y - y0 == pytest.approx(i * (rest[0][1] - y0))
    assert rest[0][1] > y0  # lower shares are further down
    assert ["1", "10", "100", "1k"] == labels(svg, "x")


def test_axes_have_round_numbers():
    svg = chart("a", "t", [Series("s", [(3.0, 0.0), (97.0, 4321.0)], "dots")], Axis("x"), Axis())
    assert ["0", "20", "40", "60", "80", "100"] == labels(svg, "x")
    assert ["0", "1k", "2k", "3k", "4k", "5k"] == labels(svg, "y")
    shares = chart("a", "t", [Series("s", [(1.0, 0.002), (9.0, 0.2)], "dots")], Axis(), Axis(log=True, share=True))
    assert ["0.1%", "1%", "10%", "100%"] == labels(shares, "y")


def test_a_legend_is_there_for_two_series_only():
    one = Series("only", [(1.0, 1.0), (2.0, 2.0)], "line")
    assert "only" not in Page(chart("a", "t", [one], Axis(), Axis())).texts
    assert "only" in Page(chart("a", "t", [one, one], Axis(), Axis())).texts


def test_a_chart_without_points_is_nothing():
    assert "" == chart("a", "t", [Series("s", [], "line")], Axis(), Axis())


@pytest.mark.parametrize("value", [1e-12, 0.03, 7.0, 1e11])
def test_every_number_has_a_short_text(value):
    assert len(short(value)) <= 6


def test_one_point_is_drawn():
    svg = chart("a", "t", [Series("s", [(1.0, 1.0)], "dots")], Axis(log=True), Axis(log=True))
    assert len(circles(svg)) == 1


def test_an_outline_covers_as_much_as_there_are_phrases():
    counts = {1: 5, 2: 0, 3: 7, 4: 1, 7: 2}
    for width in (1, 2, 3, 7):
        points = outline(counts, Bars(1, 7, width, gap=1))
        area = sum((x1 - x0) * y0 for (x0, y0), (x1, _) in itertools.pairwise(points))
        assert area == pytest.approx(15)
        assert (points[0], points[-1]) == ((0.5, 0.0), (7.5, 0.0))


def test_where_every_second_length_occurs_a_bar_is_as_high_as_each_has_phrases():
    counts = {10: 4, 12: 9, 14: 2}
    points = outline(counts, bars_of(counts, 15))
    assert [(9.5, 0), (9.5, 4), (11.5, 4), (11.5, 9), (13.5, 9), (13.5, 2), (15.5, 2), (15.5, 0)] == points
    many = dict.fromkeys(range(10, 412, 2), 3)
    assert {0.0, 3.0} == {height for _, height in outline(many, bars_of(many, 603))}


@pytest.mark.parametrize("lengths", ["fixed:length=9", "uniform:min=1,max=500", "geometric:min=1,max=60000,p=0.001"])
def test_lengths_are_drawn_for_every_length_law(lengths):
    corpus = corpus_of(lengths=lengths, seeds=(0, 100))
    svg = Figures(of_corpus(corpus), corpus.phrases).lengths_chart("a")
    assert "expected by the length law" in Page(svg).texts
    assert len(svg) < 20_000


def test_a_law_that_decides_its_lengths_has_no_expectation():
    corpus = corpus_of("set", "uniform:min=9,max=21", 50, (0, 100))
    svg = Figures(of_corpus(corpus), corpus.phrases).lengths_chart("a")
    assert (svg.count("<svg"), "expected by the length law" in Page(svg).texts) == (1, False)
