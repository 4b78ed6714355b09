"""From a rig's description to a rig."""

from qiki_hil.drivers.bus import Bus
from qiki_hil.drivers.open_bus import Side, open_bus
from qiki_hil.errors import RigError
from qiki_hil.rig.base import InitialState, Rig
from qiki_hil.rig.can import CanRig
from qiki_hil.rig.config import (
    CanRigConfig,
    RigConfig,
    SimRigConfig,
    SlcanRigConfig,
    VirtualRigConfig,
)
from qiki_hil.rig.sim import SimRig
from qiki_hil.rig.slcan import SlcanRig
from qiki_hil.rig.virtual import VirtualRig
from qiki_hil.spec import BotSpec


def make_rig(
    config: RigConfig, spec: BotSpec, *, seed: int, initial: InitialState | None = None
) -> Rig:
    """The rig of a description, not yet open.

    `seed` and `initial` are for the simulated craft of `sim`, `virtual` and `slcan`; a `can` rig
    is where it is. Raises RigError for a kind that has no rig.
    """
    initial = initial or InitialState()
    name = config.name or config.kind
    match config:
        case SimRigConfig():
            return SimRig(spec, seed=seed, initial=initial, name=name)
        case VirtualRigConfig():
            return VirtualRig(
                name,
                spec,
                seed=seed,
                initial=initial,
                bitrate=config.bitrate,
                max_load_ratio=config.max_load_ratio,
            )
        case SlcanRigConfig():
            return SlcanRig(
                name,
                spec,
                seed=seed,
                initial=initial,
                bitrate=config.bitrate,
                max_load_ratio=config.max_load_ratio,
                tty_baudrate=config.tty_baudrate,
                start_timeout_s=config.start_timeout_s,
            )
        case CanRigConfig():
            return CanRig(
                name,
                lambda: open_rig_bus(config),
                bitrate=config.bitrate,
                max_load_ratio=config.max_load_ratio,
                node_names=spec.thermal.node_names,
            )
    raise RigError(f"rig {name}: no rig of kind {config.kind!r}")


def open_rig_bus(config: CanRigConfig, side: Side = "controller") -> Bus:
    """One end of the bus that a `can` rig is on. Raises RigError where it is not there or another
    process has this end."""
    return open_bus(
        config.interface,
        config.channel,
        bitrate=config.bitrate,
        tty_baudrate=config.tty_baudrate,
        daemon=config.daemon,
        side=side,
    )
