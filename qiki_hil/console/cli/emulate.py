"""`qiki-hil emulate`: the nodes of the craft alone, for a controller elsewhere."""

from contextlib import closing

import click

from qiki_hil.app.stop_signals import StopSignals
from qiki_hil.clock import monotonic_ns
from qiki_hil.console.cli.completion import names_or_files
from qiki_hil.console.cli.options import bot_option
from qiki_hil.console.say import say
from qiki_hil.drivers.open_bus import open_bus
from qiki_hil.errors import RigError
from qiki_hil.kernels import RATE_MAX_HZ, RATE_MIN_HZ, wait_until_ns
from qiki_hil.kernels.controller import period_us
from qiki_hil.rig.base import InitialState
from qiki_hil.rig.config import (
    BusRigConfig,
    CanRigConfig,
    RigConfig,
    SlcanRigConfig,
)
from qiki_hil.rig.emulator.clocked import run_by_clock
from qiki_hil.rig.emulator.nodes import NodeSet
from qiki_hil.rig.emulator.ports import BusPort, NodePort, PtyPort
from qiki_hil.rig.factory import open_rig_bus
from qiki_hil.rig.sim import make_plant
from qiki_hil.scenario.model import SEED_MAX
from qiki_hil.spec import BotSpec
from qiki_hil.wire import Catalogue


@click.command()
@click.option(
    "--rig",
    "rig_name",
    default="slcan",
    show_default=True,
    help="Shipped rig or rig.yaml: rate, bit rate and bus come from it.",
    shell_complete=names_or_files(RigConfig.shipped),
)
@click.option("--pty", is_flag=True, help="Speak LAWICEL on a pty and print its path.")
@bot_option
@click.option(
    "--rate",
    "rate_hz",
    type=click.IntRange(RATE_MIN_HZ, RATE_MAX_HZ),
    help="Loop rate of the controller, Hz.  [default: the rig's]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, SEED_MAX),
    default=0,
    show_default=True,
    help="Seed of the sensors' noise.",
)
@click.option("-i", "--interface", help="Interface of python-can: socketcan, slcan, ...")
@click.option("-c", "--channel", help="Channel of that interface: vcan0, /dev/ttyACM0, ...")
def emulate(
    rig_name: str,
    pty: bool,
    bot: str,
    rate_hz: int | None,
    seed: int,
    interface: str | None,
    channel: str | None,
) -> None:
    """Run the emulated nodes alone, in real time, until Ctrl-C.

    On a pty (`--pty`, or the rig `slcan`) the path to open is printed; on any other bus give
    `--interface` and `--channel`, or a rig of kind `can`.
    """
    if (interface is None) != (channel is None):
        raise click.UsageError("--interface and --channel belong together; give both")
    if pty and interface is not None:
        raise click.UsageError("--pty and --interface are two different buses; give one")
    config = RigConfig.load(rig_name)
    spec = BotSpec.load(bot)
    rate_hz = rate_hz or config.rate_hz
    period = period_us(rate_hz)
    period_s = period * 1e-6
    plant = make_plant(spec.core_json(), period_s, seed, InitialState())
    nodes = NodeSet(Catalogue.shipped(), plant, period_s)
    with StopSignals() as signals, closing(_port(config, pty, interface, channel)) as port:
        say(f"{bot} at {rate_hz} Hz on {port.where}; Ctrl-C ends it")
        counters = run_by_clock(
            nodes,
            port,
            period * 1000,
            now_ns=monotonic_ns,
            wait_until_ns=wait_until_ns,
            before_tick=lambda: not signals.count,
        )
    told = ", ".join(f"{name} {n}" for name, n in counters.items() if n)
    say(f"valves closed; {told}")


def _port(config: RigConfig, pty: bool, interface: str | None, channel: str | None) -> NodePort:
    if interface is not None and channel is not None:
        bitrate = config.bitrate if isinstance(config, BusRigConfig) else 1_000_000
        return BusPort(open_bus(interface, channel, bitrate=bitrate, side="nodes"))
    if pty or isinstance(config, SlcanRigConfig):
        return PtyPort()
    if isinstance(config, CanRigConfig):
        return BusPort(open_rig_bus(config, side="nodes"))
    raise RigError(
        f"rig {config.name}: lives inside the controller's process and cannot be emulated alone; "
        "give --pty, or --interface and --channel"
    )
