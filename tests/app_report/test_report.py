"""The report: one HTML file that needs nothing else, and a picture."""

import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from qiki_hil.app.report import render_html, write_picture, write_report
from qiki_hil.app.report.plots import PANELS, POINTS_MAX, overview_png, panel_svg, thin
from qiki_hil.errors import StoreError
from tests.app_report.test_summary import expected, summary
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


@pytest.fixture(scope="module")
def columns():
    return synthetic_columns(timed=True)


@pytest.fixture(scope="module")
def html(columns):
    return render_html(summary(columns, results=expected(0.5)), columns, ANNOTATIONS)


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


def test_expectations_have_a_glyph_and_a_word(columns):
    text = "".join(Page(render_html(summary(results=expected(2.0)), columns)).words)
    assert "✓ PASSED" in text
    assert "✓ met" in text
    text = "".join(Page(render_html(summary(results=expected(0.5)), columns)).words)
    assert "✗ FAILED" in text
    assert "✗ not met" in text
    assert "✗ isolated" in text


def test_names_cannot_bring_markup_into_the_page(columns):
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
    html = render_html(result, columns, [(1.0, evil)])
    page = Page(html)
    assert "script" not in page.tags
    assert "".join(page.words).count(evil) >= 7


def test_the_plots_take_the_colour_of_the_page(html):
    assert "currentColor" in html
    assert "#010203" not in html
    assert "prefers-color-scheme: dark" in html


def test_the_same_run_gives_the_same_page(columns, html):
    assert render_html(summary(columns, results=expected(0.5)), columns, ANNOTATIONS) == html


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.name)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_panel_draws_a_run_of_hardly_any_records(panel, count):
    assert panel_svg(panel, rows(synthetic_columns(), slice(0, count))).startswith("<svg ")


def test_an_untimed_run_says_that_it_was_not_timed():
    timing = next(panel for panel in PANELS if panel.name == "timing")
    assert "the cycle was not timed" in panel_svg(timing, synthetic_columns())


def test_a_run_without_truth_is_drawn_from_the_estimate():
    columns = synthetic_columns(truth=False)
    for panel in PANELS:
        assert "<path" in panel_svg(panel, columns)


def test_thinning_keeps_few_points_and_every_extreme():
    values = np.random.default_rng(3).normal(size=100_003)
    values[77_777], values[12_345] = 50.0, -50.0
    chosen = thin(values)
    assert len(chosen) <= POINTS_MAX
    assert {0, 12_345, 77_777, 100_002} <= set(chosen.tolist())
    assert np.all(np.diff(chosen) > 0)


def test_thinning_leaves_short_series_and_holes_alone():
    assert thin(np.arange(10.0)).tolist() == list(range(10))
    holed = np.full(10_000, np.nan)
    holed[5000] = 1.0
    assert 5000 in thin(holed)


def test_the_report_is_written_whole_with_its_picture(tmp_path, columns):
    page = write_report(tmp_path, summary(columns), columns, ANNOTATIONS)
    picture = write_picture(tmp_path, summary(columns), columns, ANNOTATIONS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.png"]
    Page(page.read_text(encoding="utf-8"))
    with Image.open(picture) as image:
        assert image.format == "PNG"
        assert image.width >= 1200
        assert len(set(image.convert("L").resize((64, 48)).tobytes())) > 16


def test_a_title_with_dollars_is_no_mathematics(columns):
    assert overview_png(rows(columns, slice(0, 10)), "$\\frac{$ on sim").startswith(b"\x89PNG")


def test_a_report_that_cannot_be_written_is_a_store_error_and_leaves_nothing(tmp_path, columns):
    with pytest.raises(StoreError, match=r"cannot write .*report\.html: it is not there"):
        write_report(tmp_path / "gone", summary(columns), columns)
    (tmp_path / "report.html").mkdir()
    with pytest.raises(StoreError, match=r"cannot write .*report\.html: Is a directory"):
        write_report(tmp_path, summary(columns), columns)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
