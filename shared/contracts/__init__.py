"""Everything that one service may know of another: its topics and its events.

One file per producer. Changing an event additively keeps its version; anything else is a new class
and a new type beside the old one. ``catalogue.py`` lists them all.
"""
