"""Devices: the only layer that opens ports. Nothing here knows what a frame means.

bus           what every CAN bus does: drain, send, count; how its errors are told
canbus        a bus that python-can opens
slcanbus      an adapter on a serial line
serial_line   a serial port for a loop that never waits
open_bus      the bus of an interface by its name
can_log       the frames of a recorded log, of any format
"""
