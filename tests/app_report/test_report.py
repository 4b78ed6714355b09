"""The report: one HTML file that needs nothing else, and a picture."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from PIL import Image

from qiki_hil.app.report import render_html, write_picture, write_report
from qiki_hil.app.report.plots import PANELS, overview_png, panel_svg
from qiki_hil.app.traces import LINES, POINTS_MAX, Thinned, Traces
from qiki_hil.errors import StoreError
from tests.app_report.test_summary import expected, summary, totals_of
from tests.scenario.synthetic import rows, synthetic_columns

VOID = {"meta", "link", "br", "hr", "img", "input"}
ANNOTATIONS = [(0.5, "arm"), (1.0, "goto 1 0 0")]


class Page(HTMLParser):
    """Checks that tags nest, and gathers what a test asks for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [v for k, v in attrs if k in ("src", "href", "xlink:href", "action")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def traces_of(*parts) -> Traces:
    """What is drawn of a run that comes in these parts."""
    traces = Traces(sum(len(part["tick"]) for part in parts), totals_of(*parts).timing)
    for part in parts:
        traces.take(part)
    return traces


@pytest.fixture(scope="module")
def columns():
    return synthetic_columns(timed=True)


@pytest.fixture(scope="module")
def traces(columns):
    return traces_of(columns)


@pytest.fixture(scope="module")
def html(columns, traces):
    return render_html(summary(columns, results=expected(0.5)), traces, ANNOTATIONS)


def test_the_page_is_well_formed_and_its_ids_are_unique(html):
    page = Page(html)
    assert html.startswith("<!DOCTYPE html>")
    assert len(page.ids) == len(set(page.ids))


def test_the_page_has_a_plot_for_every_panel(html):
    page = Page(html)
    assert page.tags.count("svg") == len(PANELS) == 6
    for panel in PANELS:
        assert panel.name in page.ids
        assert f'aria-label="{panel.title}"' in html


def test_the_page_needs_nothing_from_the_network(html):
    page = Page(html)
    assert {"script", "link", "iframe", "img"}.isdisjoint(page.tags)
    for link in page.links:
        assert link.startswith(("#", "data:image/png;base64,")), link
    assert "@import" not in html
    assert re.findall(r"url\((?!#)", html) == []
    assert "default-src 'none'" in html


def test_expectations_have_a_glyph_and_a_word(traces):
    text = "".join(Page(render_html(summary(results=expected(2.0)), traces)).words)
    assert "✓ PASSED" in text
    assert "✓ met" in text
    text = "".join(Page(render_html(summary(results=expected(0.5)), traces)).words)
    assert "✗ FAILED" in text
    assert "✗ not met" in text
    assert "✗ isolated" in text


def test_names_cannot_bring_markup_into_the_page(traces):
    evil = "<script>alert(1)</script>\"'&"
    result = summary(results=expected(0.5))
    result = result.model_copy(
        update={
            "scenario": evil,
            "rig": evil,
            "end_detail": evil,
            "directory": evil,
            "telemetry": {evil: evil},
            "expectations": [
                result.expectations[0].model_copy(update={"name": evil, "words": evil})
            ],
        }
    )
    html = render_html(result, traces, [(1.0, evil)])
    page = Page(html)
    assert "script" not in page.tags
    assert "".join(page.words).count(evil) >= 7


def test_the_plots_take_the_colour_of_the_page(html):
    assert "currentColor" in html
    assert "#010203" not in html
    assert "prefers-color-scheme: dark" in html


def test_the_same_run_gives_the_same_page_in_whatever_parts_it_comes(columns, html):
    parts = [rows(columns, slice(first, first + 33)) for first in range(0, 400, 33)]
    found = render_html(summary(columns, results=expected(0.5)), traces_of(*parts), ANNOTATIONS)
    assert found == html


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_panel_draws_a_run_of_hardly_any_records(panel, count):
    assert panel_svg(panel, traces_of(rows(synthetic_columns(), slice(0, count)))).startswith(
        "<svg "
    )


def test_an_untimed_run_says_that_it_was_not_timed():
    timing = next(panel for panel in PANELS if panel.name == "timing")
    assert "the cycle was not timed" in panel_svg(timing, traces_of(synthetic_columns()))


def test_a_run_without_truth_is_drawn_from_the_estimate():
    traces = traces_of(synthetic_columns(truth=False))
    for panel in PANELS:
        assert "<path" in panel_svg(panel, traces)


def thinned(values, rows_of_part):
    """Rows and values that are kept of values which come in parts."""
    line, row = Thinned(len(values)), np.arange(len(values), dtype=np.float64)
    for first in range(0, len(values), rows_of_part):
        part = slice(first, first + rows_of_part)
        line.take(row[part], values[part])
    chosen, kept = line.points()
    np.testing.assert_array_equal(values[chosen.astype(int)], kept)
    return chosen.tolist()


@pytest.mark.parametrize("rows_of_part", [100_003, 5000, 77])
def test_thinning_keeps_few_points_and_every_extreme(rows_of_part):
    values = np.random.default_rng(3).normal(size=100_003)
    values[77_777], values[12_345] = 50.0, -50.0
    chosen = thinned(values, rows_of_part)
    assert len(chosen) <= POINTS_MAX
    assert {0, 12_345, 77_777, 100_002} <= set(chosen)
    assert chosen == sorted(chosen)
    assert chosen == thinned(values, 100_003)
    # The ends, and of each bin its least and its greatest sample.
    size = -(-100_003 // (POINTS_MAX // 2 - 1))
    starts = range(0, 100_003, size)
    picks = (np.argmin, np.argmax)
    extremes = {at + int(pick(values[at : at + size])) for at in starts for pick in picks}
    assert set(chosen) == extremes | {0, 100_002}


@pytest.mark.parametrize("rows_of_part", [10_000, 7])
def test_thinning_leaves_short_series_and_holes_alone(rows_of_part):
    assert thinned(np.arange(10.0), rows_of_part) == list(range(10))
    holed = np.full(10_000, np.nan)
    holed[5000] = 1.0
    assert 5000 in thinned(holed, rows_of_part)


def test_a_line_is_drawn_as_it_is_computed_over_the_whole_run():
    columns = synthetic_columns(40.0, timed=True)
    columns["wakeup_ns"][::7] = -1
    columns["true_attitude_xyzw"][1234] = [0.0, 0.0, 1.0, 0.0]
    cuts = (0, 1, 1233, 1234, 1235, 2000, 4000)
    traces = traces_of(*(rows(columns, slice(*cut)) for cut in pairwise(cuts)))
    whole = traces_of(columns)
    for name, make in LINES.items():
        values = np.asarray(make()(columns)).reshape(4000, -1)
        for part in range(values.shape[1]):
            time_s, kept = traces.line(name, part)
            row = np.round(time_s * 100.0).astype(int)
            np.testing.assert_array_equal(kept, values[row, part], err_msg=name)
            np.testing.assert_array_equal(time_s, whole.line(name, part)[0], err_msg=name)
    np.testing.assert_allclose(traces.duty.ratio, whole.duty.ratio, rtol=1e-12)


def test_the_report_is_written_whole_with_its_picture(tmp_path, columns, traces):
    page = write_report(tmp_path, summary(columns), traces, ANNOTATIONS)
    picture = write_picture(tmp_path, summary(columns), traces, ANNOTATIONS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.png"]
    Page(page.read_text(encoding="utf-8"))
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.width >= 1200
        assert len(set(image.convert("L").resize((64, 48)).tobytes())) > 16


def test_a_title_with_dollars_is_no_mathematics(columns):
    assert overview_png(traces_of(rows(columns, slice(0, 10))), "$\\frac{$ on sim").startswith(
        b"\x89PNG"
    )


def test_a_report_that_cannot_be_written_is_a_store_error_and_leaves_nothing(
    tmp_path, columns, traces
):
    with pytest.raises(StoreError, match=r"cannot write .*report\.html: it is not there"):
        write_report(tmp_path / "gone", summary(columns), traces)
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*report\.html: Is a directory"):
        write_report(tmp_path, summary(columns), traces)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
