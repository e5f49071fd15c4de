"""The documents of docs/ that are made from the code: APIs, events, problems and settings.

Promises: the same code gives the same bytes, without any server; nothing in them was typed twice.
"""
