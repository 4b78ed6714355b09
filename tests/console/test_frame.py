"""The lines of the live view: what they say, and that they fit."""

import math

import pytest
from rich.text import Text

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.events.v1 import events_pb2
from qiki_hil.app.event_text import ALLOWED_WHEN, event_text, reason_text
from qiki_hil.command import parse_command, unconfirmed
from qiki_hil.console.live.frame import Prompt, frame_lines
from qiki_hil.console.live.glyphs import ASCII, UNICODE, Glyphs, bar, fixed, glyphs_for
from qiki_hil.console.live.pages import help_lines, help_texts, turned
from qiki_hil.console.live.rows import wrapped
from qiki_hil.console.live.state import STALE_S, ColumnFeed, EventLine, LiveState
from qiki_hil.scenario.signals import REASON_NAMES
from tests.scenario.synthetic import rows, synthetic_columns


def filled() -> LiveState:
    state = LiveState(
        scenario="demo", rig="sim", rate_hz=100.0, seed=1, duration_s=4.0, broker="connected"
    )
    columns = rows(synthetic_columns(timed=True), slice(290, 300))
    ColumnFeed().take(state, columns, 3.0)
    state.ages_s["broker"] = 0.1
    state.events = [EventLine(n / 10, f"event {n}") for n in range(40)]
    return state


def frame(
    state: LiveState,
    width: int = 100,
    height: int = 30,
    glyphs: Glyphs = UNICODE,
    prompt: Prompt | None = None,
) -> list[str]:
    return [line.plain.rstrip() for line in frame_lines(state, width, height, glyphs, prompt)]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 132, 200])
@pytest.mark.parametrize("height", [1, 3, 10, 24, 30, 60])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("make", [LiveState, filled])
def test_a_frame_has_exactly_the_rows_and_never_more_columns(width, height, glyphs, make):
    lines = frame_lines(make(), width, height, glyphs, Prompt("goto 1 2 3", 4, "no"))
    assert len(lines) == height
    assert all(line.cell_len <= width for line in lines)
    if glyphs is ASCII:
        assert all(line.plain.isascii() for line in lines)


@pytest.mark.parametrize(("width", "height", "events"), [(100, 30, 9), (80, 24, 3)])
def test_both_usual_sizes_show_every_section(width, height, events):
    lines = frame(filled(), width, height, prompt=Prompt())
    text = "\n".join(lines)
    for title in ("pose", "wrench demanded > allocated", "thrusters", "power", "loop", "events"):
        assert f"── {title} " in text
    assert sum(" event " in line for line in lines) == events
    assert lines[-1].startswith("> ")
    for nozzle in range(16):
        assert f" {nozzle:02d}" in text


def test_the_sizes_of_everything_are_told():
    text = "\n".join(frame(filled()))
    assert "demo · sim · 100 Hz · 1x · seed 1" in text
    assert "3.0/4 s  75%" in text
    assert "mode IDLE" in text
    assert "● ARMED" in text
    assert "position m        1.010    0.000    0.000" in text
    assert "attitude °         0.00     0.00    40.10" in text
    assert "C2 armed     25°C" in text
    assert "00 ✗isolated" in text
    assert "wake-up p50 " in text
    assert "✓ overruns 0, dropped records 0" in text
    assert "rate  100.0 Hz" in text
    assert "✓ broker connected, 0 sent" in text


def test_a_nozzle_that_is_out_says_why():
    state = filled()
    state.isolated = 0b1111
    state.stuck_open, state.stuck_closed, state.returning = 0b0001, 0b0010, 0b0001_0100
    text = "\n".join(frame(state))
    for words in ("00 ✗open", "01 ✗closed", "02 ✗rests", "03 ✗isolated", f"04 {UNICODE.warn}trial"):
        assert words in text


def test_every_meaning_has_a_glyph_or_a_word_besides_its_colour():
    state = filled()
    state.armed, state.inhibit_reason = False, "NAV_STALE"
    state.valve_fault = 1 << 9
    state.node_state = (0, 1, 3, 4)
    state.supercap_soc = 0.2
    state.wrench_demanded, state.wrench_allocated = (900.0, 0, 0, 0, 0, 0), (500.0, 0, 0, 0, 0, 0)
    state.overruns, state.records_dropped = 2, 1
    state.broker, state.broker_waiting, state.broker_lost = "away", 5, 3
    text = "\n".join(frame(state, 120))
    for words in (
        "○ silent",
        "! inhibited: NAV_STALE",
        "09 !fault",
        "C0 offline",
        "C2 failsafe",
        "C3 fault",
        "! low",
        "! short",
        "! overruns 2, dropped records 1",
        "✗ broker away, 0 sent, 5 waiting, 3 lost",
    ):
        assert words in text, words


def test_what_is_old_is_marked_stale_and_what_was_never_heard_says_so():
    state = filled()
    state.ages_s = {"record": 2.5, "nav": 0.3, "power": 0.02}
    text = "\n".join(frame(state))
    assert "record ◷ 2.5 s STALE" in text
    assert "pose  ◷ 300 ms STALE" in text
    assert "power  ✓ 20 ms old" in text
    assert "thrusters  ◷ never heard" in text


def test_the_allocation_mode_is_told_with_what_was_requested_and_why():
    state = filled()
    assert "old  allocation ADAPTIVE ──" in "\n".join(frame(state))
    state.allocation_requested, state.allocation_reason = "AUTO", "THRUST_MAP_MISSING"
    text = "\n".join(frame(state, 80, 24))
    assert "allocation ADAPTIVE for AUTO (THRUST_MAP_MISSING)" in text


def test_nothing_known_is_shown_as_nothing_known():
    text = "\n".join(frame(LiveState()))
    assert "mode UNKNOWN" in text
    assert "position m            –        –        –" in text
    assert "nan" not in text
    assert "not timed: time is simulated" in text
    assert "broker off" in text


def test_what_is_typed_stays_in_sight_and_cannot_move_the_cursor():
    long = frame(filled(), 40, 24, prompt=Prompt("x" * 100 + "end", 103))[-1]
    assert long.endswith("end▏")
    assert len(long) <= 40
    assert frame(filled(), prompt=Prompt("ab", 1))[-1] == "> a▏b"
    lines = frame(filled(), prompt=Prompt("a\x1b[2Jb", 6, "no\nsuch\x07thing"))
    assert lines[-2] == "! no such thing"
    assert "\x1b" not in "".join(lines)


def test_events_cannot_move_the_cursor_either():
    state = LiveState(events=[EventLine(1.0, "a\x1b[2J\nb", "bad")])
    assert "    1.00 s ✗ a [2J b" in frame(state)


def test_at_80_by_24_no_complaint_limit_or_event_is_cut_before_its_reason():
    state = filled()
    state.cluster_limits = (4, 1, 2 | 4, 8)
    state.loads_shed = 0b1_1000
    refusal = (
        "nozzles 3,4 50% 200ms: rejected, NOZZLE_RESTING; allowed when that nozzle has rested and "
        "its cluster is below its warning temperature"
    )
    state.events = [EventLine(0.5, "armed"), EventLine(1.0, refusal, "warn")]
    notice = unconfirmed(parse_command("nozzles 1,2 100 500ms"))
    lines = frame(state, 80, 24, prompt=Prompt("x", 1, notice))
    text = " ".join(" ".join(lines).split())
    assert f"! {notice}" in text
    assert "C2 RCS_CLUSTER_HOT_TRIPPED, C3 THERMAL_UNKNOWN, shed radar transponder" in text
    untroubled = " ".join(" ".join(frame(state, 80, 24, prompt=Prompt("x", 1))).split())
    assert "! nozzles 3,4 50% 200ms: rejected, NOZZLE_RESTING; allowed" in untroubled
    roomy = " ".join(" ".join(frame(state, 80, 30, prompt=Prompt("x", 1, notice))).split())
    assert refusal in roomy
    assert "armed" in roomy


@pytest.mark.parametrize(
    ("ratio", "text"),
    [(0.0, "░░░░"), (1.0, "████"), (0.5, "██░░"), (0.001, "▏░░░"), (7.0, "████"), (-1.0, "░░░░")],
)
def test_a_bar_shows_its_part_and_the_least_sliver(ratio, text):
    assert bar(ratio, 4, UNICODE) == text
    assert bar(math.nan, 4, UNICODE) == "––––"


def test_numbers_keep_their_width():
    assert fixed(-0.0001, 7, 3, UNICODE) == "  0.000"
    assert fixed(12345.678, 7, 3, UNICODE) == "12345.7"
    assert fixed(-1e12, 7, 3, UNICODE) == " -1e+12"
    assert fixed(math.inf, 7, 3, UNICODE) == "      –"


def test_a_terminal_that_knows_only_ascii_gets_only_ascii():
    assert glyphs_for("utf-8") is UNICODE
    assert glyphs_for("ascii") is ASCII
    assert glyphs_for(None) is ASCII
    assert glyphs_for("no-such-encoding") is ASCII


def test_what_holds_back_is_told_with_its_reason():
    state = filled()
    assert "inhibited:" not in "\n".join(frame(state))
    state.rcs_power_max_w, state.rcs_power_limits = 22_361.0, 0b1001
    state.cluster_limits = (4, 1, 2 | 4, 8)
    state.resting = 0x0F08
    state.loads_shed, state.loads_throttled, state.power_faults = 0b1_1000, 0b10, 1
    text = "\n".join(frame(state, 200))
    assert (
        "! inhibited: nozzles 22.4 kW CAP_LOW, C1 RCS_CLUSTER_HOT_DERATED, "
        "C2 RCS_CLUSTER_HOT_TRIPPED, C3 THERMAL_UNKNOWN, shed radar transponder, "
        "throttled motion, PDU_OVERCURRENT"
    ) in text
    assert "03 rests" in text
    assert "08 rests" in text
    assert "04 rests" not in text
    state.model_mismatch = 3
    text = "\n".join(frame(state, 200))
    assert "planned pulses MODEL_MISMATCH, motion evidence MODEL_MISMATCH" in text
    state.working_mass_low = True
    assert "WORKING_MASS_LOW" in "\n".join(frame(state, 200))


def test_help_has_a_line_for_everything_that_can_be_typed():
    lines = help_lines(80)
    assert len(lines) == len(help_texts())
    assert max(map(len, lines)) <= 80


def paged(**changes) -> LiveState:
    state = filled()
    for name, value in changes.items():
        setattr(state, name, value)
    return state


@pytest.mark.parametrize("page", ["events", "help"])
@pytest.mark.parametrize(("width", "height"), [(20, 3), (80, 24), (200, 50)])
def test_a_page_fits_and_keeps_mode_and_prompt_in_sight(page, width, height):
    lines = frame_lines(paged(page=page), width, height, UNICODE, Prompt("goto 1", 6))
    assert len(lines) == height
    assert all(line.cell_len <= width for line in lines)
    assert lines[-1].plain.startswith("> goto 1")
    if height > 3:
        assert lines[1].plain.startswith("mode IDLE")
        assert "── pose" not in "\n".join(line.plain for line in lines)


def test_keys_lead_through_the_events_and_back():
    state = filled()
    turned(state, 1)
    assert state.page == "live"
    turned(state, -1)
    assert frame(state, 80, 24, prompt=Prompt())[-2].endswith("event 39")
    turned(state, -1)
    assert frame(state, 80, 24, prompt=Prompt())[-2].endswith("event 34")
    assert "5 newer below" in "\n".join(frame(state, 80, 24))
    for _ in range(50):
        turned(state, -1)
    assert "event 0" in frame(state, 80, 24)[3]
    for _ in range(7):
        turned(state, 1)
    assert (state.page, state.events_hidden) == ("events", 0)
    turned(state, 1)
    assert state.page == "live"


def test_the_longest_reasons_are_whole_at_80_by_24():
    state = filled()
    state.inhibit_reason = max(REASON_NAMES.values(), key=len)
    state.ages_s["record"] = 12.3
    state.allocation_requested, state.allocation_mode = "MANUAL_OVERRIDE", "ADAPTIVE"
    state.allocation_reason = "MANUAL_NOT_FROM_MODE"
    state.broker, state.broker_sent = "connected", 123_456
    text = "\n".join(frame(state, 80, 24, prompt=Prompt()))
    assert f"! inhibited: {state.inhibit_reason}" in text
    assert "record ◷ 12.3 s STALE" in text
    assert "allocation ADAPTIVE for MANUAL_OVERRIDE (MANUAL_NOT_FROM_MODE)" in text
    assert "✓ broker connected, 123456 sent ✓ 100 ms old" in text


@pytest.mark.parametrize("reason", ALLOWED_WHEN)
def test_every_refusal_is_whole_at_80_by_24_with_its_reason_and_what_would_be_right(reason):
    state = filled()
    detail = events_pb2.CommandReplied(
        command=parse_command("nozzles 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15 99.5 1234ms confirm"),
        reply=command_pb2.CommandReply(
            status=command_pb2.COMMAND_STATUS_REJECTED, reason=reason, command_id=7
        ),
    )
    refusal = event_text(events_pb2.Event(command_replied=detail))
    state.events.append(EventLine(1.0, refusal, "warn"))
    state.cluster_limits = (4, 1, 2 | 4, 8)
    words = unconfirmed(parse_command("nozzles 1,2 100 500ms"))
    for prompt in (Prompt(), Prompt("x", 1, words)):
        text = " ".join(" ".join(frame(state, 80, 24, prompt=prompt)).split())
        assert reason_text(reason) in text
        assert f"allowed when {ALLOWED_WHEN[reason]}" in text
        assert "say it again with the word confirm at its end" in text or not prompt.notice


def test_a_text_that_is_too_long_loses_its_middle_and_not_its_end():
    text = " ".join(f"word{number}" for number in range(60))
    lines = wrapped(text, 40, 3)
    assert len(lines) == 3
    assert lines[0].startswith("word0 ")
    assert lines[0].endswith(" …")
    assert lines[2].endswith("word59")
    assert max(map(len, lines)) <= 40


def extreme() -> LiveState:
    """Everything as wrong and as wide as it can be."""
    state = filled()
    state.scenario, state.rig, state.rate_hz = "s" * 64, "slcan", 1000.0
    state.seed, state.duration_s, state.time_s = 2**63 - 1, 86_400.0, 86_399.9
    state.mode, state.inhibit_reason = "MANOEUVRE", max(REASON_NAMES.values(), key=len)
    state.allocation_requested, state.allocation_mode = "MANUAL_OVERRIDE", "ADAPTIVE"
    state.allocation_reason = state.inhibit_reason
    state.position_m = state.reference_position_m = (-99_999.1,) * 3
    state.velocity_mps = state.rates_dps = (-999.9,) * 3
    state.attitude_rpy_deg = state.reference_rpy_deg = (-179.99,) * 3
    state.wrench_demanded, state.wrench_allocated = (-12_345.6,) * 6, (-1234.5,) * 6
    state.isolated, state.stuck_closed, state.returning = 0xF, 1, 0xF0
    state.valve_fault, state.resting, state.node_state = 0xF00, 0xF000, (3,) * 4
    state.cluster_temp_c, state.load_w, state.bus_v = (-40.0,) * 4, 99_999.0, -28.5
    state.battery_soc, state.supercap_soc = 0.01, math.nan
    state.wakeup_p50_us = state.wakeup_p99_us = state.step_p99_us = 99_999.0
    state.overruns = state.records_dropped = 99_999
    state.broker, state.broker_sent = "not connected", 999_999
    state.broker_waiting = state.broker_lost = 9999
    state.ages_s = dict.fromkeys(STALE_S, 9999.9)
    return state


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("make", [LiveState, filled, extreme])
def test_no_row_is_cut_at_80_columns(glyphs, make, monkeypatch):
    cut = []
    truncate = Text.truncate

    def noting(text: Text, width: int, **how) -> None:
        if text.cell_len > width and not text.plain.endswith(glyphs.rule):
            cut.append(text.plain)
        truncate(text, width, **how)

    monkeypatch.setattr(Text, "truncate", noting)
    frame_lines(make(), 80, 40, glyphs, Prompt("goto 1", 6))
    assert cut == []
