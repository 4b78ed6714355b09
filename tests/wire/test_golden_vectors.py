"""Every frame of the DBC against bytes that another implementation made."""

import json
import math
from importlib.resources import files
from typing import Any

import pytest

from qiki_hil.kernels import crc8_j1850
from qiki_hil.wire import Catalogue, E2eChecker, RawFrame

GOLDEN = json.loads(
    (files("qiki_hil") / "data" / "firmware_protocols" / "golden_vectors.json").read_text()
)
CATALOGUE = Catalogue.shipped()


def named(vector: dict[str, Any]) -> str:
    return f"{vector.get('frame') or vector['why']}-{vector['data']}"


def test_the_crc_is_that_of_sae_j1850() -> None:
    check = GOLDEN["crc_check"]
    assert crc8_j1850(bytes.fromhex(check["input"])) == check["crc8_j1850"] == 0x4B


def test_every_frame_has_a_golden_vector() -> None:
    assert {v["frame"] for v in GOLDEN["vectors"]} == set(CATALOGUE.frames)


@pytest.mark.parametrize("vector", GOLDEN["vectors"], ids=named)
def test_values_encode_to_the_golden_bytes(vector: dict[str, Any]) -> None:
    frame = CATALOGUE[vector["frame"]]
    values = {n: math.nan if v is None else v for n, v in vector["signals"].items()}
    assert frame.frame_id == vector["id"]
    assert frame.encode(values, vector["signals"]["counter"]).hex() == vector["data"]


@pytest.mark.parametrize("vector", GOLDEN["vectors"], ids=named)
def test_golden_bytes_decode_to_their_values(vector: dict[str, Any]) -> None:
    received = E2eChecker(CATALOGUE).check(RawFrame(vector["id"], bytes.fromhex(vector["data"])))
    assert received is not None
    assert received.frame.name == vector["frame"]
    for name, expected in vector["signals"].items():
        value = received.values[name]
        assert math.isnan(value) if expected is None else value == expected


@pytest.mark.parametrize("vector", GOLDEN["rejected"], ids=named)
def test_bad_frames_are_dropped_for_their_reason(vector: dict[str, Any]) -> None:
    checker = E2eChecker(CATALOGUE)
    assert checker.check(RawFrame(vector["id"], bytes.fromhex(vector["data"]))) is None
    assert {reason for reason, n in checker.counters.items() if n} == {vector["reason"]}
