"""Tests of the four services, one folder each."""
