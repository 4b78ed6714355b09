"""Makes the picture of the demo, docs/images/demo.png: its report.png, flown in real time.

    python tools/demo_image.py           fly the demo and write the picture
    python tools/demo_image.py --check   exit 1 where the controller flies the demo otherwise by now

The picture carries a fingerprint of the valve commands of its flight. The same flight takes less
than a second inside the core, and its fingerprint is compared: pixels are not, for the panel of the
loop's timing is another every time.
"""

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from qiki_hil.campaign.case import Case
from qiki_hil.campaign.flight import fly
from qiki_hil.kernels import decode_cycles
from qiki_hil.kernels.controller import period_us
from qiki_hil.rig import RigConfig
from qiki_hil.scenario import Scenario
from qiki_hil.scenario.signals import Columns
from qiki_hil.spec import BotSpec
from qiki_hil.store import RunDirectory, RunStore

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "images" / "demo.png"
KEY = "Flight"
CURE = "cure: make demo-image"


def fingerprint(columns: Columns) -> str:
    """Of the valve commands: whole microseconds, every nozzle, every tick."""
    return hashlib.sha256(columns["on_time_us"].astype("<i8").tobytes()).hexdigest()


def flown_now() -> str:
    """The fingerprint of the demo, flown inside the core with the bot and the rate of a run."""
    scenario = Scenario.load("demo")
    craft_json = BotSpec.load("dodeca-01").core_json()
    case = Case(
        index=0,
        seed=scenario.seed,
        scenario=scenario,
        numbers={},
        faults=(),
        truth_json=craft_json,
        nominal_json=craft_json,
        period_us=period_us(RigConfig.load("sim").rate_hz),
    )
    return fingerprint(fly(case, ["on_time_us"]))


def drawn() -> str | None:
    """The fingerprint of the flight that the picture shows; None where it has none."""
    with Image.open(PICTURE) as picture:
        return picture.info.get(KEY)


def make() -> None:
    """Flies the demo as `make run` does and keeps its picture."""
    with tempfile.TemporaryDirectory() as folder:
        command = [Path(sys.executable).with_name("qiki-hil"), "run", "--scenario", "demo"]
        subprocess.run([*command, "--nats", "off", "--plain", "--runs", folder], check=True)
        (run,) = Path(folder).iterdir()
        with RunStore.open(RunDirectory.open(run).store_path) as store:
            flown = fingerprint(decode_cycles(list(store.cycle_blobs())))
        if flown != flown_now():
            sys.exit("demo_image: the loop missed deadlines; fly it on a quiet machine")
        note = PngInfo()
        note.add_text("Software", "qiki-hil")
        note.add_text(KEY, flown)
        with Image.open(run / "report.png") as picture:
            picture.save(PICTURE, optimize=True, pnginfo=note)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where stale")
    if not parser.parse_args(arguments).check:
        make()
    elif drawn() != flown_now():
        sys.stderr.write(f"docs/images/demo.png: shows a flight of another controller\n{CURE}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
