"""Duplicate detection: whether two records may stand for one body, and why. Pure.

`names` reads a name, `gazetteer` knows which places bear it, `candidates` puts together what is
known of a record, `scoring` compares two of them, `index` finds whom to compare without comparing
everybody. Nothing here merges anything: a match is advice with its reasons.
"""
