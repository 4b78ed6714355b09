"""protos/, what is generated from them, and the promises the contracts make."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil._pb.qiki.radar.v1 import radar_pb2
from qiki_hil._pb.qiki.sim.v1 import sim_pb2

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def generator(tmp_path: Path) -> ModuleType:
    """tools/gen_protos.py with its output redirected to a copy of the committed modules."""
    pytest.importorskip("grpc_tools", reason="grpcio-tools is a development dependency")
    spec = importlib.util.spec_from_file_location("gen_protos", ROOT / "tools" / "gen_protos.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.OUTPUT = tmp_path / "_pb"
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "qiki_hil" / "_pb", module.OUTPUT, ignore=ignore)
    return module


def test_the_committed_modules_are_what_the_protos_give(generator: ModuleType) -> None:
    assert generator.main(["--check"]) == 0


def test_the_output_is_the_same_every_time(generator: ModuleType) -> None:
    assert generator.generate() == generator.generate()


def test_check_names_each_stale_file_and_the_cure(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    area = generator.OUTPUT / "qiki" / "radar" / "v1"
    (area / "radar_pb2.py").write_text("changed by hand\n")
    (area / "radar_pb2.pyi").unlink()
    (area / "gone_pb2.py").write_text("its proto was removed\n")
    assert generator.main(["--check"]) == 1
    assert capsys.readouterr().err == (
        "qiki_hil/_pb/qiki/radar/v1/gone_pb2.py: no longer made from any proto\n"
        "qiki_hil/_pb/qiki/radar/v1/radar_pb2.py: differs\n"
        "qiki_hil/_pb/qiki/radar/v1/radar_pb2.pyi: missing\n"
        "cure: python tools/gen_protos.py\n"
    )


def test_writing_repairs_what_check_found(generator: ModuleType) -> None:
    (generator.OUTPUT / "qiki" / "radar" / "v1" / "radar_pb2.py").unlink()
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0


@pytest.fixture
def changed(generator: ModuleType, tmp_path: Path) -> Callable[[str, str], int]:
    """Generates from a copy of the protos in which a text of `link.proto` is another one."""
    generator.PROTOS = tmp_path / "protos"
    generator.IMAGE = generator.PROTOS / "image.binpb"
    shutil.copytree(ROOT / "protos", generator.PROTOS)

    def generate(old: str, new: str) -> int:
        path = generator.PROTOS / "qiki" / "telemetry" / "v1" / "link.proto"
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))
        result: int = generator.main([])
        return result

    return generate


@pytest.mark.parametrize(
    ("new", "complaint"),
    [
        ("", 'Previously present field "7" with name "wall_ns" on message "LoopEnded"'),
        ("int64 wall_ns = 17;", 'Previously present field "7" with name "wall_ns"'),
        ("int64 wall_s = 7;", 'Field "7" with name "wall_s" on message "LoopEnded" changed'),
        ("string wall_ns = 7;", 'on message "LoopEnded" changed type from "int64" to "string"'),
    ],
)
def test_a_contract_that_breaks_a_promise_is_not_generated(
    changed: Callable[[str, str], int],
    generator: ModuleType,
    capsys: pytest.CaptureFixture[str],
    new: str,
    complaint: str,
) -> None:
    before = generator.IMAGE.read_bytes()
    assert changed("int64 wall_ns = 7;", new) == 1
    assert complaint in capsys.readouterr().err
    assert generator.IMAGE.read_bytes() == before
    assert generator.main(["--check"]) == 1


def test_a_field_that_is_added_is_promised_from_then_on(
    changed: Callable[[str, str], int], generator: ModuleType
) -> None:
    field = "int64 wall_ns = 7;"
    assert changed(field, f"{field} uint32 mood = 1000;") == 0
    assert generator.main(["--check"]) == 0
    assert changed("uint32 mood = 1000;", "") == 1


def test_an_image_that_is_not_that_of_the_protos_is_stale(
    changed: Callable[[str, str], int],
    generator: ModuleType,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert changed("int64 wall_ns = 7;", "int64 wall_ns = 7;  // As it was.") == 0
    generator.IMAGE.unlink()
    assert generator.main(["--check"]) == 1
    assert "protos/image.binpb: differs" in capsys.readouterr().err


def test_the_protos_pass_buf_lint() -> None:
    buf = shutil.which("buf", path=str(Path(sys.executable).parent))
    if buf is None:
        pytest.skip("buf (buf-bin) is not installed")
    done = subprocess.run([buf, "lint", str(ROOT / "protos")], capture_output=True, text=True)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0


def test_a_transponder_mode_that_is_not_set_is_told_apart_from_off() -> None:
    detection = radar_pb2.RadarDetection()
    assert detection.transponder_mode == radar_pb2.TRANSPONDER_MODE_UNSPECIFIED
    assert radar_pb2.TRANSPONDER_MODE_OFF != radar_pb2.TRANSPONDER_MODE_UNSPECIFIED


def test_radar_fields_keep_the_numbers_of_the_earlier_contract() -> None:
    fields = radar_pb2.RadarTrack.DESCRIPTOR.fields_by_name
    numbers = {name: fields[name].number for name in ("range_m", "status", "id_present")}
    assert numbers == {"range_m": 7, "status": 16, "id_present": 91}


def test_the_simulator_service_has_its_four_calls() -> None:
    service = sim_pb2.DESCRIPTOR.services_by_name["SimService"]
    calls = [method.name for method in service.methods]
    assert calls == ["GetSensorData", "SendActuatorCommand", "HealthCheck", "GetRadarFrame"]


def test_every_event_detail_is_a_message_named_like_its_field() -> None:
    for field in events_pb2.Event.DESCRIPTOR.oneofs_by_name["detail"].fields:
        words = [word.capitalize() for word in field.name.split("_")]
        assert field.message_type.name == "".join(words)
