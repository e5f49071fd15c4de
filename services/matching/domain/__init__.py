"""The rules of matching: programmes, exchanges and their calls, applications, rounds, pairings.

Pure: every function takes the state, what is wanted and the stamp, and gives the new state with the
event that tells of it. Time and ids come in as arguments.
"""
