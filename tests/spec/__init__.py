"""Tests of the BotSpec layer."""
