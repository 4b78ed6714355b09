"""The emulator process of an `SlcanRig`.

Standard input: one JSON line that says what to emulate (`setup.Setup`), then one per fault; its
end is the order to stop, and it ends with the parent however the parent dies. Standard output:
one JSON line with the path of the pty, and one with the counters when it is over.
"""

import json
import os
import sys
from contextlib import suppress

from qiki_hil.clock import monotonic_ns
from qiki_hil.errors import QikiError
from qiki_hil.kernels import wait_until_ns
from qiki_hil.rig.base import Fault
from qiki_hil.rig.emulator.clocked import run_by_clock
from qiki_hil.rig.emulator.nodes import NodeSet
from qiki_hil.rig.emulator.ports import PtyPort
from qiki_hil.rig.emulator.setup import Setup
from qiki_hil.rig.sim import make_plant
from qiki_hil.wire import Catalogue


class Orders:
    """Faults that come over standard input, until it ends."""

    def __init__(self, nodes: NodeSet, descriptor: int) -> None:
        self._nodes = nodes
        self._descriptor = descriptor
        self._rest = b""
        os.set_blocking(descriptor, False)

    def obey(self) -> bool:
        """Puts in the faults that were ordered; False once it is time to stop."""
        try:
            data = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return True
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._nodes.inject(Fault(**json.loads(line)))
        return bool(data)


def main() -> int:
    """Emulates until standard input ends."""
    # Unbuffered: what follows the first line is for `Orders`.
    with open(sys.stdin.fileno(), "rb", buffering=0, closefd=False) as stdin:
        setup = Setup.from_line(stdin.readline())
    plant = make_plant(setup.craft_json, setup.period_s, setup.seed, setup.initial)
    nodes = NodeSet(Catalogue.shipped(), plant, setup.period_s)
    orders = Orders(nodes, sys.stdin.fileno())
    port = PtyPort()
    try:
        _say({"pty": port.where})
        counters = run_by_clock(
            nodes,
            port,
            round(setup.period_s * 1e9),
            now_ns=monotonic_ns,
            wait_until_ns=wait_until_ns,
            before_tick=orders.obey,
        )
    finally:
        port.close()
    _say({"counters": counters | {"valves_open": sum(plant.valve_open)}})
    return 0


def _say(message: dict[str, object]) -> None:
    with suppress(BrokenPipeError):  # a parent that is gone hears nothing any more
        os.write(sys.stdout.fileno(), json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (QikiError, ValueError) as error:
        sys.exit(f"emulator: {error}")
