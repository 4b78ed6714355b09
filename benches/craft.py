"""The craft of the benches, and a short flight of it that fires."""

from dataclasses import dataclass

from qiki_hil._pb.qiki.commands.v1.command_pb2 import FLIGHT_MODE_IDLE
from qiki_hil.command import parse_command
from qiki_hil.kernels import ControllerCore, CycleScanner, Feedback, PlantCore, ValveCommand
from qiki_hil.spec import BotSpec

CRAFT_JSON = BotSpec.load("dodeca-01").core_json()
PERIOD_US = 2000
PERIOD_S = PERIOD_US * 1e-6
ORDERS = ("arm", "hold", "goto 3 1 -2", "turn -40 50 60", "goto -2 -3 2")
ORDER_TICKS = 5000
"""The next order is given every so many ticks, and as long as the craft is idle: the rule of
`bench_controller_step`."""


def commands() -> list[bytes]:
    """`ORDERS`, encoded."""
    encoded = []
    for number, text in enumerate(ORDERS, 1):
        command = parse_command(text)
        command.command_id = number
        encoded.append(command.SerializeToString())
    return encoded


def make_plant() -> PlantCore:
    """The craft at rest at the origin."""
    return PlantCore(
        CRAFT_JSON, PERIOD_S, 1, (0.0,) * 3, (0.0,) * 3, (0.0, 0.0, 0.0, 1.0), (0.0,) * 3
    )


@dataclass(frozen=True)
class Flight:
    """What a flight left behind."""

    rows: list[tuple[int, int, bytes]]
    """Records as the store takes them."""
    fired: set[int]
    """Nozzles that were opened."""
    firing_ticks: int
    """Ticks in which any of them was."""
    armed: bool


def fly(ticks: int) -> Flight:
    """Plant and controller in closed loop under `ORDERS`."""
    plant, controller, scanner = make_plant(), ControllerCore(CRAFT_JSON, PERIOD_US), CycleScanner()
    feedback, valves, orders = Feedback(), ValveCommand(), iter(commands())
    rows: list[tuple[int, int, bytes, int]] = []
    fired: set[int] = set()
    firing_ticks = 0
    for tick in range(ticks):
        plant.sense(feedback)
        due = controller.mode == FLIGHT_MODE_IDLE or tick % ORDER_TICKS == 0
        order = next(orders, None) if due else None
        now_ns = tick * PERIOD_US * 1000
        controller.step(tick, now_ns, PERIOD_US * 1000, feedback, valves, order)
        rows += scanner.scan(controller.take_packet())[0]
        opened = {nozzle for nozzle, on in enumerate(valves.on_time_us) if on}
        fired |= opened
        firing_ticks += bool(opened)
        plant.command(valves)
    return Flight(rows, fired, firing_ticks, controller.armed)
