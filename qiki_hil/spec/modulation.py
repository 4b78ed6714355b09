"""Whether a craft's valves and its firing rule fit each other; `docs/math/modulation.md`."""

import math

from qiki_hil.document import Path, Problem, Problems
from qiki_hil.spec.body import Thruster
from qiki_hil.spec.control import BangBang, ControlConfig, Pwpf, Schmitt

PATH: Path = ("control", "modulator")


def valves(thrusters: tuple[Thruster, ...], control: ControlConfig) -> Problems:
    """Valves that could never open, or never close."""
    for index, thruster in enumerate(thrusters):
        valve, path = thruster.valve, ("thrusters", index, "valve")
        if valve.max_on_s <= valve.min_on_s:
            text = f"{valve.max_on_s:g} s, must be greater than min_on_s, {valve.min_on_s:g} s"
            yield Problem((*path, "max_on_s"), text)
        power_w = thruster.power_w_per_n * thruster.thrust_max_n
        if power_w > control.rcs_power_max_w:
            yield Problem(
                ("thrusters", index, "power_w_per_n"),
                f"the nozzle draws {power_w:g} W, more than control.rcs_power_max_w, "
                f"{control.rcs_power_max_w:g} W: it could never open",
            )


def modulator(thrusters: tuple[Thruster, ...], control: ControlConfig) -> Problems:
    """Rules that would ask a valve for a pulse or pause shorter than it can do."""
    rule = control.modulator
    fired = [thruster.valve for thruster in thrusters if not thruster.throttleable]
    min_on_s = max((valve.min_on_s for valve in fired), default=0.0)
    min_off_s = max((valve.min_off_s for valve in fired), default=0.0)
    if isinstance(rule, Pwpf):
        yield from _pwpf(rule, min_on_s)
    elif isinstance(rule, BangBang):
        yield from _bang_bang(rule, min_on_s, min_off_s)
    elif isinstance(rule, Schmitt):
        yield from _schmitt(rule)


def _pwpf(rule: Pwpf, min_on_s: float) -> Problems:
    if rule.u_off >= rule.u_on:
        text = f"{rule.u_off:g}, must be less than u_on, {rule.u_on:g}"
        yield Problem((*PATH, "u_off"), text)
        return
    # Then u_on - u_off is below km too.
    if rule.u_on >= rule.km:
        text = f"{rule.km:g}, must be greater than u_on, {rule.u_on:g}: no level would fire"
        yield Problem((*PATH, "km"), text)
        return
    shortest_s = -rule.tau_s * math.log(1.0 - (rule.u_on - rule.u_off) / rule.km)
    if shortest_s < min_on_s:
        yield Problem(
            PATH,
            f"shortest pulse -tau_s ln(1 - (u_on - u_off)/km) = {shortest_s * 1e3:.2f} ms, must "
            f"be at least the valves' min_on_s, {min_on_s * 1e3:g} ms: raise tau_s or "
            "u_on - u_off, or lower km",
        )


def _bang_bang(rule: BangBang, min_on_s: float, min_off_s: float) -> Problems:
    if rule.band_s < max(min_on_s, min_off_s):
        yield Problem(
            (*PATH, "band_s"),
            f"shortest pulse and pause are band_s = {rule.band_s * 1e3:g} ms, must be at least the "
            f"valves' min_on_s, {min_on_s * 1e3:g} ms, and min_off_s, {min_off_s * 1e3:g} ms",
        )


def _schmitt(rule: Schmitt) -> Problems:
    if rule.level_off >= rule.level_on:
        text = f"{rule.level_off:g}, must be less than level_on, {rule.level_on:g}"
        yield Problem((*PATH, "level_off"), text)
