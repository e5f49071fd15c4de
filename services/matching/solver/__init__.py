"""How pairs are found: scores in integers, the best assignment, its proof and its reasons.

Pure: a problem goes in, a solution comes out; no database, no clock, no chance. ``problem`` holds
the plain data of both, and alone is imported by the domain.
"""
