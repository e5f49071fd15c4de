"""Reasons: why a round chose as it did, what another choice would cost, and why it could not.

Everything follows from a problem and its stored solution; nothing here changes either.
"""
