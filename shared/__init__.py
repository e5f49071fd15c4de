"""The shelf that all services take from: the delivery chain and the edges of a process.

Functions and frozen dataclasses, one noun per file; nothing here knows a service.
"""
