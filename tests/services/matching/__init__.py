"""Tests of services.matching."""
