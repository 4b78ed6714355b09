"""Modes, profiles, scenarios and the loop."""
