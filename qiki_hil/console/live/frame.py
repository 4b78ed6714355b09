"""The live view as lines: `frame_lines` turns a `LiveState` into exactly the lines that fit.

The screen is made of sections, each a title line and a few rows. In 80 x 24 all of them fit;
a taller screen shows more events, a shorter one loses sections from the least important on, before
the newest event loses a line. Complaints, limits and events are wrapped, not cut: a reason stands
at their end.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.text import Text

from qiki_hil.console.live.glyphs import ASCII, Glyphs, bar, clip, fixed
from qiki_hil.console.live.limits import limit_texts
from qiki_hil.console.live.pages import page_rows
from qiki_hil.console.live.plain import allocation_text
from qiki_hil.console.live.rows import LINES_MAX, event_rows, printable, title, wrapped
from qiki_hil.console.live.state import NODE_WORDS, STALE_S, EventLine, LiveState
from qiki_hil.kernels import CLUSTERS, NOZZLES_PER_CLUSTER


@dataclass(frozen=True, slots=True)
class Prompt:
    """The command line under the view: what is typed, where the cursor is, the last complaint."""

    text: str = ""
    cursor: int = 0
    notice: str = ""


def frame_lines(
    state: LiveState,
    width: int,
    height: int,
    glyphs: Glyphs,
    prompt: Prompt | None = None,
) -> list[Text]:
    """At most `height` lines of at most `width` cells; the prompt, if any, is the last."""
    footer = _footer(prompt, width, glyphs) if prompt else []
    room = max(height - len(footer), 0)
    lines = _body(state, width, room, glyphs)
    lines += [Text("") for _ in range(room - len(lines))]
    frame = [*lines, *footer][-height:]
    for line in frame:
        line.no_wrap = True
        line.truncate(width)
        if glyphs is ASCII:
            line.plain = line.plain.encode("ascii", "replace").decode()
    return frame


def _body(state: LiveState, width: int, room: int, glyphs: Glyphs) -> list[Text]:
    """The live sections with the newest event, or the page that stands in their place."""
    lines = _run_section(state, width, glyphs)[:room]
    if state.page != "live":
        return lines + page_rows(state, width, room - len(lines), glyphs)
    newest = sum(len(event_rows(event, width, glyphs)) for event in state.events[-1:])
    for build in _SECTIONS:
        section = build(state, width, glyphs)
        if len(lines) + len(section) + newest <= room:
            lines += section
    return lines + _event_section(state.events, width, room - len(lines), glyphs)


def age_text(state: LiveState, part: str, glyphs: Glyphs) -> Text:
    """How old a part is, by glyph and word."""
    age = state.ages_s.get(part)
    if age is None:
        return Text(f"{glyphs.stale} never heard", "yellow")
    if age > STALE_S[part]:
        return Text(f"{glyphs.stale} {_span(age)} STALE", "bold yellow")
    return Text(f"{glyphs.good} {_span(age)} old", "dim")


def _span(age_s: float) -> str:
    return f"{age_s * 1e3:.0f} ms" if age_s < 1.0 else f"{age_s:.1f} s"


def _run_section(state: LiveState, width: int, glyphs: Glyphs) -> list[Text]:
    ratio = state.time_s / state.duration_s if state.duration_s > 0.0 else math.nan
    name = printable(f"{state.scenario} {glyphs.dot} {state.rig} {glyphs.dot} {state.rate_hz:g} Hz")
    name += f" {glyphs.dot} {state.speed} {glyphs.dot} seed {state.seed}"
    time = f" {state.time_s:.1f}/{state.duration_s:g} s {min(ratio, 1.0):4.0%}"
    if not math.isfinite(ratio):
        time = f" {state.time_s:.1f} s"
    room = max(width - len(time), 0)
    name = clip(name, min(max(room - 12, room // 2), 60)).rstrip()
    progress = bar(ratio, max(room - len(name) - 2, 0), glyphs)
    head = Text(f"{name}  ", "bold").append(Text(progress, "cyan")).append(Text(time))
    armed = (f"{glyphs.on} ARMED", "bold red") if state.armed else (f"{glyphs.off} silent", "")
    mode = Text("mode ").append(Text(clip(state.mode, 10), "bold reverse")).append("  ")
    mode.append(Text(clip(armed[0], 8), armed[1]))
    inhibited = Text("not inhibited", "dim")
    if state.inhibit_reason != "NONE":
        inhibited = Text(f"{glyphs.warn} inhibited: {state.inhibit_reason}", "bold yellow")
    age = Text("record ").append(age_text(state, "record", glyphs))
    return [head, *_in_rows([mode, inhibited, age], width)]


def _in_rows(parts: Sequence[Text], width: int) -> list[Text]:
    """The parts side by side, in as many rows as that takes."""
    rows = [parts[0].copy()]
    for part in parts[1:]:
        if rows[-1].cell_len + 2 + part.cell_len <= width:
            rows[-1].append("  ").append(part)
        else:
            rows.append(Text("  ").append(part))
    return rows


def _pose_section(state: LiveState, width: int, glyphs: Glyphs) -> list[Text]:
    wide = width >= 96
    cell = 9 if wide else 7
    deg = glyphs.degree or "deg"
    left = [
        ("position m", state.position_m, 3),
        (" reference m", state.reference_position_m, 3),
        ("velocity m/s", state.velocity_mps, 3),
        (f"attitude {deg}", state.attitude_rpy_deg, 2),
        (f" reference {deg}", state.reference_rpy_deg, 2),
        (f"rates {deg}/s", state.rates_dps, 2),
    ]
    names = ("Fx N", "Fy N", "Fz N", "Tx Nm", "Ty Nm", "Tz Nm")
    rows = [title("pose", width, glyphs, age_text(state, "nav", glyphs))]
    wrench = title("wrench demanded > allocated", width, glyphs)
    rows[0] = _joined_titles(rows[0], wrench, 16 + 3 * cell)
    for index, (label, values, decimals) in enumerate(left):
        row = Text(clip(label, 14))
        row.append("".join(fixed(value, cell, decimals, glyphs) for value in values))
        row.append(Text(f"  {clip(names[index], 6)}", "dim"))
        demanded, allocated = state.wrench_demanded[index], state.wrench_allocated[index]
        row.append(f"{fixed(demanded, 8, 1, glyphs)} > {fixed(allocated, 8, 1, glyphs)}")
        row.append(_short(demanded, allocated, glyphs))
        rows.append(row)
    return rows


def _short(demanded: float, allocated: float, glyphs: Glyphs) -> Text:
    """A word where much less is allocated than is demanded."""
    if not (math.isfinite(demanded) and math.isfinite(allocated)):
        return Text("")
    if abs(demanded - allocated) <= max(0.1 * abs(demanded), 1.0):
        return Text(f"  {glyphs.good} met", "dim")
    return Text(f"  {glyphs.warn} short", "yellow")


def _joined_titles(left: Text, right: Text, at: int) -> Text:
    """Two section titles in one line, the right one from column `at` on."""
    left.truncate(at - 1)
    left.append(" " * max(at - left.cell_len, 0))
    return left.append(right)


def _thruster_section(state: LiveState, width: int, glyphs: Glyphs) -> list[Text]:
    style = "bold red" if state.allocation_mode == "MANUAL_OVERRIDE" else ""
    allocation = Text(allocation_text(state), style)
    age = age_text(state, "thermal", glyphs)
    heads = _in_rows([Text("thrusters", "bold"), age, allocation], width - 3)
    rows = [title("thrusters", width, glyphs, age, allocation)]
    if len(heads) > 1:
        rows = [title("thrusters", width, glyphs, age), Text("  ").append(allocation)]
    cells = max((width - 21) // 4 - 9, 1)
    for cluster in range(CLUSTERS):
        node = state.node_state[cluster]
        word = NODE_WORDS[node] if node < len(NODE_WORDS) else "fault"
        style = {"armed": "green", "silent": "", "offline": "bold red"}.get(word, "bold red")
        temperature = fixed(state.cluster_temp_c[cluster], 4, 0, glyphs)
        row = Text(f"C{cluster} ", "bold").append(Text(clip(word, 8), style))
        row.append(Text(f"{temperature}{glyphs.degree}C ", "dim"))
        first = cluster * NOZZLES_PER_CLUSTER
        for nozzle in range(first, first + NOZZLES_PER_CLUSTER):
            row.append(_nozzle(state, nozzle, cells, glyphs))
        rows.append(row)
    return rows


def _nozzle(state: LiveState, nozzle: int, cells: int, glyphs: Glyphs) -> Text:
    text = Text(f" {nozzle:02d}")
    if state.isolated >> nozzle & 1:
        word = f"{glyphs.bad}{_out_word(state, nozzle)}"
        return text.append(Text(f" {clip(word, cells + 5)}", "bold red"))
    if state.returning >> nozzle & 1:
        return text.append(Text(f" {clip(f'{glyphs.warn}trial', cells + 5)}", "bold yellow"))
    if state.valve_fault >> nozzle & 1:
        return text.append(Text(f" {clip(f'{glyphs.warn}fault', cells + 5)}", "bold yellow"))
    if state.resting >> nozzle & 1:
        return text.append(Text(f" {clip('rests', cells + 5)}", "yellow"))
    ratio = state.on_ratio[nozzle]
    text.append(Text(bar(ratio, cells, glyphs), "cyan" if ratio > 0.0 else "dim"))
    return text.append(f"{ratio * 100.0:4.0f}% ")


def _out_word(state: LiveState, nozzle: int) -> str:
    """Why a nozzle is out of use."""
    words = (("open", state.stuck_open), ("closed", state.stuck_closed), ("rests", state.returning))
    return next((word for word, bits in words if bits >> nozzle & 1), "isolated")


def _loop_section(state: LiveState, width: int, glyphs: Glyphs) -> list[Text]:
    power = title("power", width, glyphs, age_text(state, "power", glyphs))
    half = max(width // 2 - 4, 0)  # the right side has the longer rows
    cells = max(half - 28, 4)
    left = [_charge("battery", state.battery_soc, cells, glyphs)]
    left.append(_charge("supercap", state.supercap_soc, cells, glyphs))
    left.append(
        Text(
            f"bus {fixed(state.bus_v, 5, 1, glyphs)} V  load {fixed(state.load_w, 6, 0, glyphs)} W"
        )
    )
    left.append(Text(f"propellant {fixed(state.propellant_kg, 7, 3, glyphs)} kg"))
    broker = _broker(state, width - half, glyphs)
    right = [_wakeup(state, glyphs), _losses(state, glyphs), broker]
    rate = fixed(state.measured_rate_hz, 6, 1, glyphs)
    right.append(Text(f"rate {rate} Hz, wall {state.wall_s:.1f} s"))
    rows = [_joined_titles(power, title("loop", width, glyphs), half)]
    for first, second in zip(left, right, strict=True):
        first.truncate(half - 1)
        first.append(" " * (half - first.cell_len))
        rows.append(first.append(second))
    return rows


def _limits_section(state: LiveState, width: int, glyphs: Glyphs) -> list[Text]:
    limits = limit_texts(state)
    text = f"{glyphs.warn} inhibited: {', '.join(limits)}"
    return [Text(line, "bold yellow") for line in wrapped(text, width)] if limits else []


def _charge(name: str, soc: float, cells: int, glyphs: Glyphs) -> Text:
    # Below 30 % the craft only stabilises itself; below 60 % there are no boosts.
    word = "low" if soc < 0.3 else "" if math.isfinite(soc) else "unknown"
    text = Text(f"{name:<9}").append(Text(bar(soc, cells, glyphs), "cyan"))
    text.append(f" {fixed(soc * 100.0, 5, 1, glyphs)} % ")
    return text.append(Text(f"{glyphs.warn} {word}" if word else "", "bold yellow"))


def _wakeup(state: LiveState, glyphs: Glyphs) -> Text:
    if state.wakeup_p99_us is None:
        return Text("not timed: time is simulated", "dim")
    p50, p99, step = (
        "–" if value is None else f"{value:.0f}" if value < 1e4 else f"{value / 1e3:.0f}k"
        for value in (state.wakeup_p50_us, state.wakeup_p99_us, state.step_p99_us)
    )
    return Text(f"wake-up p50 {p50} p99 {p99} {glyphs.micro}s, step p99 {step}")


def _losses(state: LiveState, glyphs: Glyphs) -> Text:
    lost = state.overruns + state.records_dropped
    mark = Text(
        f"{glyphs.warn} " if lost else f"{glyphs.good} ", "bold yellow" if lost else "green"
    )
    return mark.append(f"overruns {state.overruns}, dropped records {state.records_dropped}")


def _broker(state: LiveState, room: int, glyphs: Glyphs) -> Text:
    """How publishing goes; where that is too long, without what is sent, without its age, and at
    last without the state that its glyph tells."""
    if state.broker == "off":
        return Text("broker off", "dim")
    up = state.broker == "connected"
    mark = Text(f"{glyphs.good if up else glyphs.bad} ", "green" if up else "bold red")
    mark.append("broker", "default")
    sent = Text(f", {state.broker_sent} sent")
    rest = Text(f", {state.broker_waiting} waiting" if state.broker_waiting else "")
    rest.append(Text(f", {state.broker_lost} lost" if state.broker_lost else "", "bold yellow"))
    age = Text(" ").append(age_text(state, "broker", glyphs))
    name = mark.copy().append(f" {state.broker}")
    ways = ([name, sent, rest, age], [name, rest, age], [name, rest], [mark, rest])
    texts = [Text.assemble(*parts) for parts in ways]
    return next((text for text in texts if text.cell_len <= room), texts[-1])


def _event_section(
    events: Sequence[EventLine], width: int, room: int, glyphs: Glyphs
) -> list[Text]:
    """As many of the newest events as fit whole; the very newest is cut where it has to be, and has
    no title where that would cost it a line."""
    newest = len(event_rows(events[-1], width, glyphs)) if events else 0
    titles = [title("events", width, glyphs)] if room > max(newest, 1) else []
    room -= len(titles)
    rows: list[Text] = []
    for event in reversed(events):
        if room <= 0:
            break
        lines = event_rows(event, width, glyphs, LINES_MAX if rows else min(room, LINES_MAX))
        if len(lines) > room:
            break
        rows = lines + rows
        room -= len(lines)
    return titles + rows


def _footer(prompt: Prompt, width: int, glyphs: Glyphs) -> list[Text]:
    """The last complaint, and the line that is being typed with its cursor in sight."""
    room = max(width - 4, 1)
    before, after = prompt.text[: prompt.cursor], prompt.text[prompt.cursor :]
    before = printable(before)[-room:]
    line = Text("> ", "bold").append(before).append(Text(glyphs.cursor, "bold"))
    line.append(printable(after)[: room - len(before)])
    if not prompt.notice:
        return [line]
    notice = wrapped(f"{glyphs.warn} {printable(prompt.notice)}", width)
    return [*(Text(words, "yellow") for words in notice), line]


_SECTIONS: tuple[Callable[[LiveState, int, Glyphs], list[Text]], ...] = (
    _limits_section,
    _pose_section,
    _thruster_section,
    _loop_section,
)
