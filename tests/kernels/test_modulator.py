import math

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.typing import NDArray

from qiki_hil import Modulator
from qiki_hil.console.cli import bench as bench_module
from qiki_hil.console.cli.bench import bench
from qiki_hil.kernels import ModulatorCore
from qiki_hil.kernels.modulator import RULES, edges_us

RATES_HZ = (200, 500, 1000)
TABLE = {"km": 4.5, "tau_s": 0.15, "u_on": 0.45, "u_off": 0.15}
QUICK = {"min_on_s": 0.008, "min_off_s": 0.008, "max_on_s": 100.0}
ACCOUNTS = ("bang_bang", "schmitt", "remainder")
MIN_PULSE_S = 0.03


def fly(modulator: Modulator, commands: NDArray[np.float64]) -> NDArray[np.float64]:
    """(ticks, n) on-times, s."""
    return np.array([modulator.step(command) for command in commands])


def wandering(ticks: int, n: int, seed: int) -> NDArray[np.float64]:
    """(ticks, n) fractions that stay for 40 ticks; full and no thrust among them."""
    dice = np.random.default_rng(seed)
    held = np.clip(dice.uniform(-0.3, 1.2, (ticks // 40 + 1, n)), 0.0, 1.0)
    return np.repeat(held, 40, axis=0)[:ticks]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("level", "on_ms", "off_ms", "duty"),
    [
        (0.12, 10.57, 219.95, 0.0458),
        (0.30, 13.05, 43.15, 0.2322),
        (0.50, 17.67, 23.12, 0.4331),
        (0.80, 37.70, 13.65, 0.7342),
    ],
)
def test_pwpf_pulses_have_the_published_lengths(
    rate_hz: int, level: float, on_ms: float, off_ms: float, duty: float
) -> None:
    modulator = Modulator("pwpf", 1, 1.0 / rate_hz, **QUICK, **TABLE)
    (edges,) = edges_us(fly(modulator, np.full((10 * rate_hz, 1), level)), modulator.period_us)
    lengths = np.diff(edges)[: (len(edges) - 1) // 2 * 2]
    on_us, off_us = lengths[0::2], lengths[1::2]
    assert len(on_us) > 40
    # The closed forms, to the microsecond, and the published values, to their last digit.
    exact_on = -0.15 * math.log(1 - 0.3 / (0.45 - 4.5 * (level - 1))) * 1e6
    exact_off = -0.15 * math.log(1 - 0.3 / (4.5 * level - 0.15)) * 1e6
    assert np.abs(on_us - exact_on).max() < 1.0
    assert np.abs(off_us - exact_off).max() < 1.0
    np.testing.assert_allclose([on_us.mean(), off_us.mean()], [on_ms * 1e3, off_ms * 1e3], atol=6)
    assert on_us.sum() / lengths.sum() == pytest.approx(duty, rel=0.005)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_pulses_and_pauses_keep_the_valves_limits(kind: str, rate_hz: int) -> None:
    modulator = Modulator(kind, 16, 1.0 / rate_hz, max_on_s=0.3)
    on_time_s = fly(modulator, wandering(20 * rate_hz, 16, seed=rate_hz))
    assert np.abs(on_time_s * 1e6 - np.rint(on_time_s * 1e6)).max() < 1e-6
    for edges in edges_us(on_time_s, modulator.period_us):
        pulses, pauses = np.diff(edges)[0::2], np.diff(edges)[1::2]
        assert len(pulses) > 10
        assert pulses.min() >= 30_000
        assert pulses.max() <= 300_000
        assert pauses.min() >= 30_000


@pytest.mark.parametrize("kind", ACCOUNTS)
@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_impulse_is_carried_and_not_lost(kind: str, rate_hz: int) -> None:
    modulator = Modulator(kind, 8, 1.0 / rate_hz, max_on_s=100.0)
    commands = wandering(30 * rate_hz, 8, seed=rate_hz)
    on_time_s = fly(modulator, commands)
    residual_s = np.cumsum(commands, axis=0) * modulator.dt_s - np.cumsum(on_time_s, axis=0)
    # Schmitt may start from a quarter of a pulse and must pause for as long as one.
    most_s = 1.25 * MIN_PULSE_S if kind == "schmitt" else MIN_PULSE_S
    assert np.abs(residual_s).max() <= most_s + 1e-6
    np.testing.assert_allclose(modulator.residual_s, residual_s[-1], rtol=0, atol=1e-9)
    np.testing.assert_array_equal(modulator.dropped_s, np.zeros(8))
    assert on_time_s.sum() > 30.0


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_remainder_waits_for_a_whole_pulse_and_then_fires_it(rate_hz: int) -> None:
    modulator = Modulator("remainder", 1, 1.0 / rate_hz)
    (edges,) = edges_us(fly(modulator, np.full((10 * rate_hz, 1), 0.02)), modulator.period_us)
    # 30 ms of residual at 2 % take 1.5 s; while they are fired 2 % more comes in.
    assert edges[0] == 1_500_000
    np.testing.assert_allclose(np.diff(edges)[0::2], 30e3 / 0.98, rtol=0, atol=1.1)


def test_pwpf_keeps_no_account() -> None:
    modulator = Modulator("pwpf", 2, 0.002)
    assert modulator.residual_s is None
    assert modulator.dropped_s is None


@pytest.mark.parametrize("kind", RULES)
def test_newtons_are_fractions_of_full_thrust(kind: str) -> None:
    fractions = wandering(2000, 3, seed=1)
    full_n = np.array([240.0, 120.0, 25.0])
    by_fraction = fly(Modulator(kind, 3, 0.002), fractions)
    by_force = fly(Modulator(kind, 3, 0.002, thrust_max_n=full_n), fractions * full_n)
    # A product and a quotient may move an edge to the next microsecond.
    np.testing.assert_allclose(by_force.sum(axis=0), by_fraction.sum(axis=0), rtol=0, atol=1e-4)
    one_for_all = Modulator(kind, 2, 0.002, thrust_max_n=240.0)
    assert one_for_all.step([240.0, 0.0]).shape == (2,)


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, -2.0])
def test_what_is_no_level_counts_as_zero(kind: str, value: float) -> None:
    given, meant = Modulator(kind, 2, 0.002), Modulator(kind, 2, 0.002)
    for level in [0.9] * 300 + [None] * 300 + [0.4] * 300:
        got = given.step([value if level is None else level, 0.5])
        np.testing.assert_array_equal(got, meant.step([level or 0.0, 0.5]))
    assert np.isfinite(got).all()


@pytest.mark.parametrize("kind", RULES)
def test_valves_that_must_be_closed_are_closed_at_once(kind: str) -> None:
    modulator = Modulator(kind, 3, 0.002)
    while not modulator.open.all():
        modulator.step(np.ones(3))
    on_time_s = modulator.step(np.ones(3), closed=[False, True, False])
    np.testing.assert_allclose(on_time_s, [0.002, 0.0, 0.002])
    assert modulator.open.tolist() == [True, False, True]


def test_a_bank_takes_up_to_64_valves() -> None:
    modulator = Modulator("remainder", 64, 0.002)
    on_time_s = fly(modulator, np.tile(np.linspace(0.0, 1.0, 64), (1000, 1)))
    np.testing.assert_allclose(on_time_s.sum(axis=0), np.linspace(0.0, 2.0, 64), atol=0.031)
    closed = np.zeros(64, dtype=bool)
    closed[63] = True
    assert modulator.open[63]
    assert modulator.step(np.ones(64), closed)[63] == 0.0
    assert not modulator.open[63]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("pwm", 1, 0.002), "kind: 'pwm' given, one of pwpf, bang_bang, schmitt, remainder needed"),
        (("pwpf", 0, 0.002), "n: 0 given, 1..64 needed"),
        (("pwpf", 65, 0.002), "n: 65 given, 1..64 needed"),
        (("pwpf", 1, 0.0), "dt_s: 0.0 given, more than 0 and at most 1 s needed"),
        (("pwpf", 1, math.nan), "dt_s: nan given, more than 0 and at most 1 s needed"),
        (
            ("remainder", 1, 0.03),
            "remainder: tick 0.03 s must be positive and shorter than the shortest pulse and pause "
            "0.03 s",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(arguments: tuple[str, int, float], text: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        Modulator(*arguments)
    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("kind", "options", "text"),
    [
        (
            "pwpf", TABLE,
            "pwpf: shortest pulse 0.0103 s is below the valve's minimum on-time 0.0300 s: "
            "raise tau_s or u_on - u_off, or lower km",
        ),
        ("pwpf", {"km": math.nan}, "pwpf km: NaN given, a positive finite number is needed"),
        ("pwpf", {"band_s": 1.0},
         "pwpf: unknown parameter band_s; it takes km, tau_s, u_on, u_off"),
        ("remainder", {"band_s": 1.0}, "remainder: unknown parameter band_s; it takes none"),
        (
            "bang_bang", {"band_s": 0.029},
            "bang_bang: shortest pulse and pause are band_s, 0.029 s, which is below the valve's "
            "minimum on-time 0.03 s or pause 0.03 s: raise band_s",
        ),
        (
            "schmitt", {"level_on": 0.2},
            "schmitt: level_on 0.2 and level_off 0.25 given, 0 <= level_off < level_on <= 1 needed",
        ),
        ("schmitt", {"max_on_s": 0.03},
         "schmitt: longest opening 0.03 s must be above the shortest 0.03 s"),
        ("remainder", {"thrust_max_n": [1.0, 2.0]},
         "thrust_max_n: shape (2,) given, () or (3,) needed"),
        ("remainder", {"thrust_max_n": 0.0},
         "thrust_max_n: 0.0 given, positive finite numbers needed, N"),
    ],
)  # fmt: skip
def test_parameters_that_ask_too_much_of_the_valve_are_refused(
    kind: str, options: dict[str, float], text: str
) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011
        Modulator(kind, 3, 0.002, **options)
    assert str(refused.value) == text


def test_shapes_are_checked() -> None:
    modulator = Modulator("pwpf", 3, 0.002)
    for command in (0.5, [0.5, 0.5], [[0.5, 0.5, 0.5]]):
        with pytest.raises(ValueError, match=r"command: shape \(.*\) given, \(3,\) needed"):
            modulator.step(command)
    with pytest.raises(ValueError, match=r"closed: shape \(1,\) given, \(3,\) needed"):
        modulator.step([0.5, 0.5, 0.5], closed=[True])
    core = ModulatorCore.remainder(3, 2000, (0.03, 0.03, 3.0))
    with pytest.raises(ValueError, match=r"level: shape \(2,\) given, \(3,\) needed"):
        core.step(np.zeros(2))


def test_edges_follow_the_rule_of_one_edge_a_tick() -> None:
    # Opens 0.5 ms before the end of tick 1, closes 0.3 ms into tick 3; the other never opens.
    on_time_s = np.array([[0.0, 0.0], [0.0005, 0.0], [0.002, 0.0], [0.0003, 0.0], [0.0, 0.0]])
    first, second = edges_us(on_time_s, 2000)
    assert first.tolist() == [3500, 6300]
    assert second.size == 0
    with pytest.raises(ValueError, match="2001 us given in a tick of 2000 us"):
        edges_us([[0.002001]], 2000)
    with pytest.raises(ValueError, match=r"shape \(1,\) given, \(ticks, n\) >= 0 needed"):
        edges_us([0.001], 2000)


def test_bench_modulator_shows_measured_against_closed_form() -> None:
    result = CliRunner().invoke(bench, ["modulator", "--check"])
    assert result.exit_code == 0
    assert "12 of 12 met" in result.output
    for figure in ("10.5677", "219.9506", "13.0517", "43.1523", "37.6972", "0.73422"):
        assert figure in result.output
    assert "whole microseconds" in result.output


def test_bench_modulator_fails_only_when_asked_to_check(monkeypatch: pytest.MonkeyPatch) -> None:
    # The modulator as it is against closed forms of another filter.
    monkeypatch.setattr(bench_module, "_time_us", lambda span: 1e4 / span)
    shown = CliRunner().invoke(bench, ["modulator", "--rate", "500"])
    assert shown.exit_code == 0
    assert "0 of 4 met" in shown.output
    checked = CliRunner().invoke(bench, ["modulator", "--rate", "500", "--check"])
    assert checked.exit_code == 1
    assert "NOT MET" in checked.output
