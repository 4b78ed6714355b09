"""The nodes of the craft, emulated.

`nodes` is pure: frames in, frames out, one call a tick. `lawicel_device` is the device end of a
serial line, pure as well. `clocked` steps the nodes by a clock, over a port from `ports`; run
with `python -m` this package is the process that an `SlcanRig` starts.
"""
