"""Holding still under scatter and noise: planned sets of pulses, and modulators alone."""

import dataclasses
import json
import statistics

import numpy as np

from benches.ledger import Ledger
from qiki_hil.campaign import Campaign, make_case
from qiki_hil.campaign.case import Case
from qiki_hil.campaign.flight import fly
from qiki_hil.scenario.signals import SIGNALS

CASES = 6
FROM_S = 20.0


def without_planned_pulses(case: Case) -> Case:
    nominal = json.loads(case.nominal_json)
    nominal["control"]["differential_pulses"] = False
    return dataclasses.replace(case, nominal_json=json.dumps(nominal))


def held(case: Case) -> tuple[float, float, float]:
    """Rates, deg/s rms; speed, m/s rms; propellant, kg a minute."""
    columns = fly(case)
    time_s = columns["time_s"]
    judged = time_s >= FROM_S
    rms = [
        float(np.sqrt(np.nanmean(np.asarray(SIGNALS[name].of(columns))[judged] ** 2)))
        for name in ("rate_dps", "speed_mps")
    ]
    used = np.asarray(SIGNALS["propellant_used_kg"].of(columns))[judged]
    spent = float(np.nanmax(used) - np.nanmin(used))
    return rms[0], rms[1], spent / float(time_s[-1] - FROM_S) * 60.0


def test_a_hold_beside_the_same_hold_without_differential_pulses(ledger: Ledger) -> None:
    campaign = Campaign.load("hold")
    cases = [make_case(campaign, index) for index in range(CASES)]
    fine = [held(case) for case in cases]
    coarse = [held(without_planned_pulses(case)) for case in cases]
    what = f"hold with scatter and noise, {CASES} cases"
    for index, (name, unit) in enumerate((("rates", "deg/s"), ("speed", "m/s"))):
        worst = max(row[index] for row in fine)
        peer = max(row[index] for row in coarse)
        words = f"without differential pulses {peer:.3g}"
        ledger.judge(
            f"hold_{name}", f"{what}: worst {name}, rms", f"{worst:.3g} {unit}", words, worst
        )
    ours, peer = (statistics.mean(row[2] for row in rows) for rows in (fine, coarse))
    ledger.judge(
        "hold_propellant",
        f"{what}: propellant",
        f"{ours:.2f} kg/min",
        f"without differential pulses {peer:.2f} kg/min",
        ours / peer,
    )
