"""Rounds of more than 2,000 cities a side; needs the optional ``stress`` packages.

The whole score matrix would not fit: pairs are scored in tiles, and what is kept is a few dozen
candidates for each city. Same scores, same certificate as the small solver's, for the rules that
``too_large`` lets pass.
"""

from services.matching.solver.large.limits import too_large

__all__ = ["too_large"]
