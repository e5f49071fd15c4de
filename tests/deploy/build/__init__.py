"""Tests of what builds, checks and reports."""
