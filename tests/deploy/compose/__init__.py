"""Tests of what docker-compose.yml needs."""
