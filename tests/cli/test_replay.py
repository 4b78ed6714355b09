"""`qiki-hil replay`: identical bits, a readable first difference, or a clear error."""

import json
import shutil
import sqlite3
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qiki_hil._pb.qiki.telemetry.v1 import cycle_pb2
from qiki_hil.console.cli import main as cli
from qiki_hil.store import RunDirectory, RunStatus
from qiki_hil.store.run_store import cycle_checksum
from tests.runs import flip_open_time, fly, recorded, records


@pytest.fixture
def replayed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Exit code and what was printed."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["qiki-hil", "replay", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_info:
            cli.main()
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return int(exit_info.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def copy(tmp_path: Path) -> RunDirectory:
    """A recorded run to be tampered with."""
    path = tmp_path / "copy"
    shutil.copytree(recorded("--rig", "sim", "--speed", "max").path, path)
    return RunDirectory.open(path)


def change(run: RunDirectory, tick: int, new: Callable[[bytes], bytes]) -> None:
    """Puts another record in the place of one, as if it had been recorded so."""
    with sqlite3.connect(run.store_path) as connection:
        query = "SELECT time_ns, record FROM cycles WHERE tick = ?"
        time_ns, blob = connection.execute(query, (tick,)).fetchone()
        other = new(blob)
        connection.execute(
            "UPDATE cycles SET record = ?, checksum = ? WHERE tick = ?",
            (other, cycle_checksum(tick, time_ns, other), tick),
        )
    connection.close()


def test_a_refusal_of_the_guard_that_does_not_come_again_is_a_difference(
    replayed, copy: RunDirectory
) -> None:
    def refused(blob: bytes) -> bytes:
        record = cycle_pb2.CycleRecord.FromString(blob)
        record.control.guard_violation = cycle_pb2.GUARD_VIOLATION_POWER
        return record.SerializeToString()

    change(copy, 500, refused)
    code, out, _ = replayed(copy.path)
    assert code == 1
    assert "control.guard_violation" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ("--rig", "sim", "--speed", "max"),
        ("--rig", "virtual", "--speed", "max"),
        ("--rig", "sim", "--speed", 1),
        ("--rig", "slcan"),
    ],
    ids=["sim", "virtual", "real-time", "slcan"],
)
def test_a_recorded_run_comes_out_the_same_to_the_bit(replayed, arguments) -> None:
    run = recorded(*arguments)
    cycles = len(records(run))
    assert cycles >= 390
    code, out, _ = replayed(run.path)
    assert (code, out) == (
        0,
        f"✓ identical: {cycles} cycles of {run.run_id}, "
        "every output of the controller as recorded, to the bit\n",
    )


def test_the_executable_says_the_same() -> None:
    run = recorded("--rig", "sim", "--speed", "max")
    one = fly("replay", run.path)
    assert one.end() == 0
    assert one.text.startswith("✓ identical: 1000 cycles of")


def test_json_is_one_object(replayed) -> None:
    run = recorded("--rig", "sim", "--speed", "max")
    code, out, _ = replayed(run.path, "--json")
    assert code == 0
    assert json.loads(out) == {
        "schema_version": 1,
        "run_id": run.run_id,
        "cycles": 1000,
        "tick": None,
        "differences": [],
        "status": "passed",
        "ticks": 1000,
        "identical": True,
        "complete": True,
    }


def test_one_bit_of_one_input_gives_its_first_consequence(replayed, copy: RunDirectory) -> None:
    def flip(blob: bytes) -> bytes:
        """A gyro value, changed by a part in sixteen or so."""
        record = cycle_pb2.CycleRecord.FromString(blob)
        value = record.feedback.rates_rps_body
        assert len(value) == 3
        at = blob.index(struct.pack("<d", value[1]))
        return blob[: at + 6] + bytes([blob[at + 6] ^ 1]) + blob[at + 7 :]

    change(copy, 401, flip)
    code, out, _ = replayed(copy.path)
    assert code == 1
    head, *rest = out.splitlines()
    assert head == f"✗ different from tick 401 of {copy.run_id} on; first difference:"
    assert any(
        line.strip().startswith("control.") and " recorded " in line and " replayed " in line
        for line in rest
    )
    # The input itself is what it is: only outputs differ.
    assert not any("feedback" in line for line in rest)


def test_an_output_that_was_changed_is_named_with_both_values(replayed, copy: RunDirectory) -> None:
    def rearm(blob: bytes) -> bytes:
        record = cycle_pb2.CycleRecord.FromString(blob)
        record.control.isolated = 5
        return record.SerializeToString(deterministic=True)

    change(copy, 300, rearm)
    code, out, _ = replayed(copy.path, "--json")
    assert code == 1
    result = json.loads(out)
    assert (result["tick"], result["cycles"], result["identical"]) == (300, 300, False)
    assert {"path": "control.isolated", "recorded": "5", "replayed": "0"} in result["differences"]


def test_bytes_that_hold_no_known_field_are_a_difference_of_encoding(
    replayed, copy: RunDirectory
) -> None:
    # Field 99, a varint: nobody knows it, and it was not there.
    change(copy, 200, lambda blob: blob + b"\x98\x06\x01")
    code, out, _ = replayed(copy.path)
    assert code == 1
    assert "different from tick 200" in out
    assert "  encoding  recorded " in out


def test_a_damaged_record_is_a_clear_error(replayed, copy: RunDirectory) -> None:
    change(copy, 200, lambda blob: blob[:-3])
    code, out, err = replayed(copy.path)
    assert (code, out) == (2, "")
    assert f"{copy.store_path}: the record of tick 200 is damaged" in err


def test_one_bit_of_the_file_that_no_output_depends_on_is_named(
    replayed, copy: RunDirectory
) -> None:
    flip_open_time(copy, 321)
    code, out, err = replayed(copy.path)
    assert (code, out) == (2, "")
    assert f"{copy.store_path}: the record of tick 321 is damaged: row 321 of cycles has" in err


def test_no_byte_of_a_record_can_be_changed_without_a_word(replayed, copy: RunDirectory) -> None:
    original = records(copy)[3]
    for at in range(0, len(original), 23):
        change(
            copy, 3, lambda _, at=at: original[:at] + bytes([original[at] ^ 4]) + original[at + 1 :]
        )
        code, out, err = replayed(copy.path)
        if code == 0:
            # A bit that no output depends on yet, such as one of a valve's own report.
            assert "identical" in out
        elif code == 1:
            assert "different from tick" in out
        else:
            assert "is damaged" in err


def test_a_spec_that_was_edited_afterwards_is_a_clear_error(replayed, copy: RunDirectory) -> None:
    path = copy.path / "spec.yaml"
    path.write_text(path.read_text().replace("dry_kg: 420.0", "dry_kg: 421.0"))
    code, out, err = replayed(copy.path)
    assert (code, out) == (2, "")
    assert "the file was changed afterwards" in err
    assert copy.manifest.spec_hash in err


def test_a_gap_in_the_ticks_is_a_clear_error(replayed, copy: RunDirectory) -> None:
    with sqlite3.connect(copy.store_path) as connection:
        connection.execute("DELETE FROM cycles WHERE tick BETWEEN 500 AND 502")
    connection.close()
    code, _, err = replayed(copy.path)
    assert code == 2
    assert "tick 500 is missing (next is 503); a run with dropped records cannot be" in err


def test_a_run_whose_last_records_are_missing_is_not_called_identical(
    replayed, copy: RunDirectory
) -> None:
    with sqlite3.connect(copy.store_path) as connection:
        connection.execute("DELETE FROM cycles WHERE tick >= 700")
    connection.close()
    assert replayed(copy.path)[:2] == (
        1,
        f"✗ incomplete: the first 700 of 1000 cycles of {copy.run_id} are identical; "
        "the rest are missing\n",
    )
    code, out, _ = replayed(copy.path, "--json")
    result = json.loads(out)
    assert (code, result["identical"], result["complete"]) == (1, True, False)


def test_a_run_without_a_summary_says_how_far_it_came(replayed, copy: RunDirectory) -> None:
    (copy.path / "summary.json").unlink()
    copy.set_status(RunStatus.RUNNING)
    code, out, _ = replayed(copy.path)
    assert code == 0
    assert out.startswith(f"– run {copy.run_id} is killed; 1000 cycles replayed, ")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"ticks": "many"}', '{"ticks": true}'])
def test_a_damaged_summary_is_a_clear_error(replayed, copy: RunDirectory, text: str) -> None:
    (copy.path / "summary.json").write_text(text)
    code, out, err = replayed(copy.path)
    assert (code, out) == (2, "")
    assert "summary.json: is damaged (ticks is missing)" in err


def test_a_run_without_records_is_a_clear_error(replayed, copy: RunDirectory) -> None:
    with sqlite3.connect(copy.store_path) as connection:
        connection.execute("DELETE FROM cycles")
    connection.close()
    code, _, err = replayed(copy.path)
    assert code == 2
    assert "holds no cycle records; nothing to replay" in err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("run.json", "run.json: it is not there"),
        ("spec.yaml", "spec.yaml"),
        ("run.sqlite", "run.sqlite: there is no such file; a run writes run.sqlite"),
    ],
)
def test_a_part_that_is_missing_is_named(
    replayed, copy: RunDirectory, name: str, message: str
) -> None:
    (copy.path / name).unlink()
    code, out, err = replayed(copy.path)
    assert (code, out) == (2, "")
    assert message in err


def test_a_place_without_a_run_is_a_clear_error(replayed, tmp_path: Path) -> None:
    code, _, err = replayed(tmp_path / "nowhere")
    assert code == 2
    assert str(tmp_path / "nowhere" / "run.json") in err
