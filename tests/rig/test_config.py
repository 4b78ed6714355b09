import os
from pathlib import Path

import pytest

from qiki_hil.drivers.canbus import Daemon
from qiki_hil.errors import RigError
from qiki_hil.rig import RigConfig, make_rig
from qiki_hil.rig.config import CanRigConfig, SlcanRigConfig
from tests.rig.contract import SPEC

CAN = "kind: can\ninterface: socketcan\nchannel: can0\n"


def test_these_rigs_ship() -> None:
    assert {"sim", "slcan", "virtual"} <= set(RigConfig.shipped())


@pytest.mark.parametrize("name", RigConfig.shipped())
def test_a_shipped_rig_loads_and_survives_being_written(name: str) -> None:
    config = RigConfig.load(name)
    assert config.name == name
    assert config.description
    assert RigConfig.parse(config.to_yaml()) == config


def test_a_rig_is_found_by_file_and_by_folder(tmp_path: Path) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    (folder / "rig.yaml").write_text(CAN)
    for path in (folder, folder / "rig.yaml", str(folder)):
        config = RigConfig.load(path)
        assert isinstance(config, CanRigConfig)
        assert (config.name, config.interface, config.channel) == ("bench", "socketcan", "can0")
        assert (config.rate_hz, config.bitrate, config.max_load_ratio) == (500, 1_000_000, 0.6)


def test_an_unknown_rig_names_the_shipped_ones() -> None:
    with pytest.raises(RigError) as caught:
        RigConfig.load("bench")
    assert str(caught.value) == (
        "rig 'bench' does not ship with the package. Allowed: "
        + ", ".join(RigConfig.shipped())
        + ", or the path of a .yaml file"
    )


def test_every_problem_of_a_file_is_told_at_once() -> None:
    text = "kind: can\nrate_hz: 5000\nbitrate: fast\nchannel: ''\nchanel: can0\n"
    with pytest.raises(RigError) as caught:
        RigConfig.parse(text, "bench.yaml")
    assert str(caught.value) == (
        "bench.yaml: 5 problem(s)\n"
        "  - interface: missing\n"
        "  - rate_hz: must be less than or equal to 1000, got 5000 (line 2)\n"
        "  - bitrate: must be a valid integer, got 'fast' "
        "(line 3)\n"
        "  - channel: must have at least 1 character, got '' (line 4)\n"
        "  - chanel: unknown key; did you mean channel? (line 5)"
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty"),
        ("- sim", "must be a mapping"),
        ("kind: [", "not YAML"),
        ("rate_hz: 500", "kind: missing; one of sim, virtual, slcan, can"),
        ("kind: warp", "kind: must be one of sim, virtual, slcan, can, got 'warp'"),
        ("kind: sim\nkind: can", "kind: given twice, lines 1 and 2"),
        ("kind: sim\nbitrate: 1000000", "bitrate: unknown key"),
        ("kind: slcan\nbitrate: 333333", "bitrate: must be 10000, 20000"),
        ("kind: virtual\nmax_load_ratio: 1.5", "max_load_ratio: must be less than or equal to 1"),
        ("kind: sim\nrate_hz: 199", "rate_hz: must be greater than or equal to 200"),
    ],
)
def test_a_broken_file_is_told_with_its_path(text: str, complaint: str) -> None:
    with pytest.raises(RigError) as caught:
        RigConfig.parse(text)
    assert complaint in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder" / "rig.yaml").mkdir(parents=True)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "big").write_text("a" * (1024 * 1024 + 1))
    for name, words in (
        ("binary", "binary: is not UTF-8 text"),
        ("folder", "rig.yaml: is a directory; give a YAML file"),
        ("fifo", "fifo: is not a regular file; give a YAML file"),
        ("loop", "loop: cannot be read: Too many levels of symbolic links"),
        ("big", "big: is larger than 1024 KiB"),
        ("x" * 300, "cannot be read: File name too long"),
    ):
        with pytest.raises(RigError, match=words):
            RigConfig.load(tmp_path / name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty; give kind: one of sim, virtual, slcan, can"),
        ("kind: &k sim\nname: *k\n", "aliases .* are not used here; write the value out"),
        ("[" * 3000, "is nested too deeply"),
    ],
)
def test_a_text_that_is_no_rig_says_what_to_write(text: str, words: str) -> None:
    with pytest.raises(RigError, match=words):
        RigConfig.parse(text)


def test_a_rig_needs_a_name() -> None:
    with pytest.raises(RigError, match=r"rig '' does not ship with the package\. Allowed: "):
        RigConfig.load("")


@pytest.mark.parametrize("name", ["sim", "virtual", "slcan"])
def test_a_rig_is_made_from_its_description(name: str) -> None:
    rig = make_rig(RigConfig.load(name), SPEC, seed=1)
    assert rig.name == name
    assert rig.lockstep == (name != "slcan")


def test_a_can_rig_without_its_bus_says_what_is_missing() -> None:
    text = "kind: can\ninterface: slcan\nchannel: /dev/ttyACM_none\n"
    rig = make_rig(RigConfig.parse(text), SPEC, seed=1)
    with pytest.raises(RigError, match="CAN bus slcan /dev/ttyACM_none: cannot be opened"):
        rig.open(0.002)
    rig.close()


def test_the_shipped_serial_rig_has_a_rate_that_the_line_carries() -> None:
    config = RigConfig.load("slcan")
    assert isinstance(config, SlcanRigConfig)
    assert config.rate_hz == 200


def test_socketcand_has_a_host_and_a_port() -> None:
    text = "kind: can\ninterface: socketcand\nchannel: can0\n"
    with pytest.raises(RigError, match="host: missing; socketcand needs host and port") as told:
        RigConfig.parse(text)
    assert "port: missing" in str(told.value)
    config = RigConfig.parse(text + "host: gateway\nport: 29536\n")
    assert isinstance(config, CanRigConfig)
    assert config.daemon == Daemon("gateway", 29536)
    assert RigConfig.parse(config.to_yaml()) == config


def test_other_interfaces_have_neither() -> None:
    with pytest.raises(
        RigError, match=r"host: only for the interface socketcand, not for socketcan "
    ):
        RigConfig.parse(CAN + "host: gateway\n")
