"""Tests of app_report."""
