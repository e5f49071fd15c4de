"""What can be done in notifications; each takes a unit of work and has no effect but through it."""
