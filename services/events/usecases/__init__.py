"""What people and messages can do to activities and delegations.

Promises that each use case may run several times: no effect but through ``tx``.
"""
