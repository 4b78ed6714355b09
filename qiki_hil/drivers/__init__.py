"""Devices: the only layer that opens ports.

`canbus` opens a CAN bus through python-can. Nothing here knows what a frame means.
"""
