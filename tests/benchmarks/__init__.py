"""Tests of the reports; the benchmarks themselves run by `make bench`."""
