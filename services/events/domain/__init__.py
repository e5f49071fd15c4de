"""The rules of activities and delegations: pure, with time and ids as arguments.

Promises no await, no log line and no knowledge of web, Kafka or database.
"""
