"""The registry's rules, pure: states and arguments in, new states and events out.

One module per noun: cities, topics, interests, contacts. Promises: no clock, no ids made, no I/O.
"""
