"""A copy of what holds state in the core goes on as the original would, and shares nothing."""

import copy
import importlib
import inspect
import pickle
from collections.abc import Callable
from dataclasses import is_dataclass
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import pytest

from qiki_hil import kernels
from qiki_hil._core import PulseAllocator, TrackerCore
from qiki_hil.command import parse_command
from qiki_hil.kernels import (
    NOZZLES,
    Allocator,
    Controller,
    ControllerCore,
    CycleDecoder,
    CycleScanner,
    FaultInjectorCore,
    Feedback,
    Modulator,
    Plant,
    PlantCore,
    ReplayCore,
    ThrustMap,
    Tracker,
    Truth,
    ValveCommand,
    decode_cycles,
)
from qiki_hil.kernels.copying import HoldsCore
from qiki_hil.spec import BotSpec
from tests.kernels.test_tracker import MODEL

CORE = importlib.import_module("qiki_hil._core")
SPEC = BotSpec.load("dodeca-01")
CRAFT = SPEC.core_json()
WRENCH = [100.0, 0.0, -50.0, 0.0, 10.0, 0.0]
COPIES = (copy.copy, copy.deepcopy)


class Subject(NamedTuple):
    """Something with a state: how it is made, and what it does next, as something comparable."""

    make: Callable[[], Any]
    go_on: Callable[[Any], Any]


def fly(pair: tuple[Plant, Controller]) -> Any:
    """Half a second of closed loop; the state and every record."""
    plant, controller = pair
    feedback = Feedback()
    for tick in range(250):
        plant.core.sense(feedback)
        text = {0: "arm", 5: "goto 1 0 0"}.get(tick)
        command = parse_command(text).SerializeToString() if text else None
        plant.core.command(controller.step(feedback, command))
    state = vars(plant.state)
    return {
        key: np.asarray(value).tolist() for key, value in state.items()
    }, controller.take_record()


def pair() -> tuple[Plant, Controller]:
    """A craft and its controller that have flown for a while."""
    made = Plant(SPEC, seed=7, rates_rps_body=(0.01, 0.02, -0.01)), Controller(SPEC)
    fly(made)
    return made


def plant_core(core: PlantCore) -> Any:
    feedback, truth = Feedback(), Truth()
    for _ in range(20):
        core.step(np.full(NOZZLES, 0.002))
        core.sense(feedback)
    core.truth(truth)
    return feedback.rates_rps_body, feedback.power, truth.position_m_world, truth.mass_kg


def controller_core(core: ControllerCore) -> Any:
    feedback, valves = Feedback(), ValveCommand()
    feedback.set_rates(0.1, 0.0, 0.0)
    core.step(1, 2_000_000, 2_000_000, feedback, valves, parse_command("arm").SerializeToString())
    return valves.on_time_us, core.take_packet()


def modulator(bank: Modulator) -> Any:
    return [bank.step([0.3, 0.8, 0.1]).tolist() for _ in range(60)]


def advanced(bank: Modulator) -> Modulator:
    modulator(bank)
    return bank


def allocator(solver: Allocator) -> Any:
    found = solver.solve(WRENCH)
    return found.thrust_n.tolist(), found.iterations, solver.prices.tolist()


def pulses(search: PulseAllocator) -> Any:
    found = search.solve([3.0, 1.0, 0.0, 0.0, 0.5, 0.0], [7.2] * NOZZLES, [60.0] * NOZZLES)
    assert found is not None
    return found[0].tolist(), found[1].tolist(), found[2:]


def injector() -> FaultInjectorCore:
    core = FaultInjectorCore(3)
    core.set("lost_frames", 40, "", True)
    losses(core)
    return core


def losses(core: FaultInjectorCore) -> Any:
    given, left = Feedback(), Feedback()
    fresh = []
    for _ in range(50):
        given.set_rates(0.0, 0.0, 0.0)
        given.set_attitude(0.0, 0.0, 0.0, 1.0)
        core.filter_feedback(given, left)
        fresh.append(left.fresh)
    return fresh, core.suppressed


PACKET = fly(pair())[1]


def scanned(core: CycleScanner) -> Any:
    return core.scan(PACKET)


def decoder() -> CycleDecoder:
    core = CycleDecoder()
    core.decode([row[2] for row in CycleScanner().scan(PACKET)[0]])
    return core


def decoded(core: CycleDecoder) -> Any:
    """What a record leaves out that says nothing is as before."""
    return {name: values.tobytes() for name, values in core.decode([b""]).items()}


def replayed(core: ReplayCore) -> Any:
    return [core.step(row[2]) for row in CycleScanner().scan(PACKET)[0]]


def following() -> Tracker:
    """A tracker that has seen a target twice."""
    tracker = Tracker(MODEL)
    for tick in range(2):
        tracker.update(0.2 * tick, [4000.0 - 12.0 * tick], [30.0], [5.0], [-60.0])
    return tracker


def followed(tracker: Tracker) -> Any:
    tracker.update(0.4 + len(tracker.tracks) * 0.2, [3964.0], [30.0], [5.0], [-60.0])
    return tracker.tracks.tobytes(), dict(tracker.refused)


def tracked(core: TrackerCore) -> Any:
    column = [np.array([value]) for value in (3964.0, 30.0, 5.0, -60.0)]
    taken = core.update(0.6, (column[0], column[1], column[2], column[3]))
    return taken, core.tracks().tolist()


def filled() -> Feedback:
    feedback = Feedback()
    feedback.set_position(1.0, 2.0, 3.0)
    return feedback


def feedback_values(feedback: Feedback) -> Any:
    before = feedback.position_m_world
    feedback.set_position(4.0, 5.0, 6.0)
    return before, feedback.fresh


SUBJECTS = {
    "loop": Subject(pair, fly),
    "PlantCore": Subject(lambda: pair()[0].core, plant_core),
    "ControllerCore": Subject(lambda: pair()[1].core, controller_core),
    "pwpf": Subject(lambda: advanced(Modulator("pwpf", 3, 0.002)), modulator),
    "remainder": Subject(lambda: advanced(Modulator("remainder", 3, 0.002)), modulator),
    "ModulatorCore": Subject(lambda: advanced(Modulator("bang_bang", 3, 0.002)).core, modulator),
    "Allocator": Subject(lambda: Allocator.from_spec(SPEC), allocator),
    "PulseAllocator": Subject(lambda: PulseAllocator(SPEC.effectiveness, [1.0] * 6), pulses),
    "FaultInjectorCore": Subject(injector, losses),
    "CycleScanner": Subject(CycleScanner, scanned),
    "CycleDecoder": Subject(decoder, decoded),
    "ReplayCore": Subject(lambda: ReplayCore(CRAFT, 2000), replayed),
    "Tracker": Subject(following, followed),
    "TrackerCore": Subject(lambda: following()._core, tracked),
    "Feedback": Subject(filled, feedback_values),
    "Truth": Subject(Truth, lambda truth: truth.mass_kg),
    "ValveCommand": Subject(lambda: ValveCommand(True, [5] * NOZZLES), lambda v: v.on_time_us),
    "Allocation": Subject(
        lambda: Allocator.from_spec(SPEC).solve(WRENCH), lambda found: found.thrust_n.tolist()
    ),
    "ThrustMapCore": Subject(
        lambda: CORE.ThrustMapCore.from_craft(CRAFT), lambda found: found.lost(3)
    ),
    "MapSet": Subject(lambda: ThrustMap.from_spec(SPEC).full["+X"], lambda found: found.gross_n),
    "AutoAllocation": Subject(
        lambda: ThrustMap.from_spec(SPEC).allocate(WRENCH), lambda found: found.wrench.tolist()
    ),
    "ThrustMap": Subject(
        lambda: ThrustMap.from_spec(SPEC), lambda found: found.allocate(WRENCH).thrust_n.tolist()
    ),
}


def copied(subject: Any, how: Callable[[Any], Any]) -> Any:
    """A copy; of a pair, of each."""
    return tuple(how(part) for part in subject) if isinstance(subject, tuple) else how(subject)


@pytest.mark.parametrize("how", COPIES, ids=lambda how: how.__name__)
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_copy_goes_on_bit_for_bit_as_the_original(name: str, how: Callable[[Any], Any]) -> None:
    make, go_on = SUBJECTS[name]
    original = make()
    made = copied(original, how)
    # The original moves on first: what the copy shared with it would be ahead.
    ahead = go_on(original)
    assert go_on(made) == ahead
    assert go_on(made) == go_on(original)


def test_every_class_of_the_core_is_copied_here() -> None:
    classes = {name for name, value in vars(CORE).items() if inspect.isclass(value)}
    assert classes <= set(SUBJECTS)


def test_every_face_of_the_core_is_copied_with_its_core() -> None:
    faces = {
        name
        for name, value in vars(kernels).items()
        if inspect.isclass(value)
        and value.__module__.startswith("qiki_hil.kernels")
        and not (is_dataclass(value) or issubclass(value, Exception | Enum))
    }
    assert {"Controller", "Plant", "Tracker"} <= faces
    assert all(issubclass(getattr(kernels, name), HoldsCore) for name in faces)


@pytest.mark.parametrize("name", SUBJECTS)
def test_to_pickle_is_refused_with_what_to_do_instead(name: str) -> None:
    subject = SUBJECTS[name].make()
    for part in subject if isinstance(subject, tuple) else (subject,):
        kind = type(part).__name__
        with pytest.raises(TypeError, match=rf"^{kind} cannot be pickled: .*copy\.deepcopy"):
            pickle.dumps(part)


def test_the_records_of_a_copied_loop_say_that_it_flew() -> None:
    rows = CycleScanner().scan(PACKET)[0]
    columns = decode_cycles([row[2] for row in rows])
    assert len(rows) == 250
    assert columns["on_time_us"].any()
