"""Benches: the answer first, then the time, next to a peer that runs on the same machine."""
