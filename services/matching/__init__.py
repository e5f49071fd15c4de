"""Who works with whom: exchanges, applications, rounds, proposals and pairings."""
