"""Tests on real servers, started on free ports."""
