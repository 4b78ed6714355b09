"""The picture in the README shows a flight of this controller, and says so by itself."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_image", ROOT / "tools" / "demo_image.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("flight", [None, "0" * 64, "now"])
def test_a_picture_of_another_flight_is_stale(
    tool: ModuleType,
    flight: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    note = PngInfo()
    if flight is not None:
        note.add_text("Flight", tool.flown_now() if flight == "now" else flight)
    Image.new("RGB", (8, 8)).save(tmp_path / "demo.png", pnginfo=note)
    monkeypatch.setattr(tool, "PICTURE", tmp_path / "demo.png")
    assert tool.main(["--check"]) == (0 if flight == "now" else 1)
    complaint = capsys.readouterr().err
    assert ("shows a flight of another controller\ncure: make demo-image" in complaint) == (
        flight != "now"
    )
