"""The wheel, on its own: installed into an environment without the source, used in an empty
directory. Asks the package index: slow."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qiki_hil.store import RunStatus
from tests.runs import only_run

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 600

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2 * TIMEOUT_S)]


def run(*command: object, cwd: Path) -> str:
    """Output of a command that must succeed, without anything of this environment in its own."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    result = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=kept,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
    return result.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of executables of an environment that has the wheel."""
    if not shutil.which("cargo"):
        pytest.skip("no Rust toolchain")
    folder = tmp_path_factory.mktemp("wheel")
    tools = Path(sys.executable).parent
    # With the target and the interpreter of `make`, nothing is compiled a second time.
    run(
        *(tools / "maturin", "build", "--release", "--locked", "--quiet", "--out", folder),
        *("--interpreter", tools / "python3"),
        cwd=ROOT,
    )
    (wheel,) = folder.glob("*.whl")
    assert "-cp311-abi3-" in wheel.name
    environment = folder / "env"
    run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=folder)
    python = environment / "bin/python"
    requirements = ROOT / "requirements/dev.txt"
    # pip, not uv: it knows the certificates and mirrors that the machine is set up with.
    run(
        *(tools / "pip", "--python", python, "install", "--quiet", wheel),
        *("--disable-pip-version-check", "--constraint", plain(requirements, folder)),
        cwd=folder,
    )
    return environment / "bin"


def plain(requirements: Path, folder: Path) -> Path:
    """The locked versions without their hashes, which a wheel of our own does not have."""
    lines = requirements.read_text().splitlines()
    pins = [line.removesuffix("\\").strip() for line in lines if line[:1].isalnum()]
    path = folder / "constraints.txt"
    path.write_text("\n".join(pins))
    return path


def test_the_package_comes_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    script = (
        "import qiki_hil, qiki_hil._core; print(qiki_hil.__file__); print(qiki_hil._core.__file__)"
    )
    for line in run(installed / "python", "-c", script, cwd=tmp_path).splitlines():
        assert line.startswith(str(installed.parent)), line


def test_bots_rigs_and_scenarios_are_in_it(installed: Path, tmp_path: Path) -> None:
    checked = run(installed / "qiki-hil", "bot", "check", cwd=tmp_path)
    assert "dodeca-01: ok" in checked
    assert "dodeca-table: ok" in checked
    listed = run(installed / "qiki-hil", "run", "--list", cwd=tmp_path)
    assert "slcan" in listed
    assert "demo" in listed
    assert "59.99" in run(installed / "qiki-hil", "can", "load", "--rate", 500, cwd=tmp_path)


@pytest.mark.parametrize("rig", ["sim", "virtual"])
def test_a_run_and_its_replay_work_in_an_empty_directory(
    installed: Path, tmp_path: Path, rig: str
) -> None:
    printed = run(installed / "qiki-hil", "run", "--rig", rig, "--speed", "max", cwd=tmp_path)
    assert "PASSED demo on" in printed
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]
    found = only_run(tmp_path / "runs")
    assert found.manifest.status == RunStatus.PASSED
    assert "identical: 12000 cycles" in run(
        installed / "qiki-hil", "replay", found.path, cwd=tmp_path
    )
