"""Pictures do not depend on what the user has set for matplotlib, and a run not on pictures."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.app.report import page as report_page
from qiki_hil.app.report import render_html, write_picture, write_report
from qiki_hil.errors import QikiError, StoreError
from qiki_hil.pictures import write_png
from tests.app_report.test_report import summary, traces_of
from tests.runs import QIKI_HIL, SHORT, fly, only_run, write_scenario
from tests.scenario.synthetic import synthetic_columns

BROKEN = {
    "tex": b"text.usetex: True\n",
    "words": b"this is no setting\n",
    "value": b"figure.dpi: many\n",
    "backend": b"backend: nonsense\n",
    "bytes": b"\xff\xfe\x00",
    "style": b"axes.facecolor: black\nfont.size: 40\nsavefig.transparent: True\n",
}


def drawing(folder: Path, **environment: str) -> str:
    """The digest of the drawing of a bot, made in a folder."""
    subprocess.run(
        [str(QIKI_HIL), "bot", "show", "--png", "bot.png"],
        cwd=folder,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )
    return hashlib.sha256((folder / "bot.png").read_bytes()).hexdigest()


@pytest.mark.parametrize("name", BROKEN)
def test_a_drawing_is_the_same_under_any_settings(tmp_path: Path, name: str) -> None:
    plain, set_here, set_there = tmp_path / "plain", tmp_path / "here", tmp_path / "there"
    for folder in (plain, set_here, set_there):
        folder.mkdir()
    (set_here / "matplotlibrc").write_bytes(BROKEN[name])
    (set_there / "rc").write_bytes(BROKEN[name])
    assert drawing(set_here, MPLBACKEND="nonsense") == drawing(plain)
    assert drawing(set_there, MATPLOTLIBRC=str(set_there / "rc")) == drawing(plain)


def test_settings_made_before_in_the_same_process_do_not_count_either(tmp_path: Path) -> None:
    script = (
        "import matplotlib; matplotlib.rcParams['text.usetex'] = True; from pathlib import Path\n"
        "from qiki_hil.spec import BotSpec; from qiki_hil.spec.drawing import figure\n"
        "from qiki_hil.pictures import write_png\n"
        "write_png(lambda: figure(BotSpec.load('dodeca-01')), Path('bot.png'), 120)\n"
        "assert matplotlib.rcParams['text.usetex']"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    digest = hashlib.sha256((tmp_path / "bot.png").read_bytes()).hexdigest()
    (tmp_path / "plain").mkdir()
    assert digest == drawing(tmp_path / "plain")


def test_a_run_passes_and_has_its_report_under_settings_that_break(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rc").write_bytes(BROKEN["tex"] + b"font.size: huge\n")
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "rc"))
    scenario = write_scenario(tmp_path / "short.yaml", SHORT)
    root = tmp_path / "runs"
    arguments = ("--speed", "max", "--nats", "off", "--runs", root)
    one = fly("run", "--scenario", scenario, *arguments, report=True)
    assert one.end() == 0, one.text + one.errors
    assert (only_run(root).path / "report.png").stat().st_size > 10_000


def boom(*_: object, **__: object) -> bytes:
    raise RuntimeError("latex was not able to process\nmany lines")


def test_a_plot_that_cannot_be_drawn_costs_the_plot_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = synthetic_columns()
    monkeypatch.setattr(report_page, "panel_svg", boom)
    monkeypatch.setattr(report_page, "overview_png", boom)
    traces = traces_of(columns)
    text = render_html(summary(columns), traces)
    assert text.count("cannot be drawn: RuntimeError: latex was not able to process<") == 6
    assert write_report(tmp_path, summary(columns), traces).exists()
    with pytest.raises(StoreError, match=r"report\.png: cannot be drawn: RuntimeError: latex was"):
        write_picture(tmp_path, summary(columns), traces)


def test_a_drawing_that_fails_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        QikiError, match=r"a\.png: cannot be drawn: RuntimeError: latex was"
    ) as told:
        write_png(boom, tmp_path / "a.png", 100)  # type: ignore[arg-type]
    assert "\n" not in str(told.value)
    assert not (tmp_path / "a.png").exists()
