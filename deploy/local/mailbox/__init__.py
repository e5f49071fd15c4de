"""A mailbox that takes every e-mail the platform sends on this machine and shows it.

Nothing is ever sent on. `python -m deploy.local.mailbox` runs it; supervisor.py starts it.
"""
