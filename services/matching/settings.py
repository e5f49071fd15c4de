"""The settings of matching: what every service has, how rounds are solved and dates kept."""

from pydantic import Field

from shared.settings import Group, ServiceSettings


class SolverSettings(Group):
    """The worker that solves rounds, in processes of its own so that the API stays quick."""

    processes: int = Field(default=1, ge=1, le=32)
    """Rounds that may be solved at once. One: a round takes seconds, the other core serves HTTP."""
    poll_seconds: float = Field(default=0.5, gt=0)
    """Pause between two looks for requested rounds when no commit of this process wakes the
    worker: the longest wait of a round that another process took over HTTP."""
    lease_seconds: float = Field(default=15.0, gt=0)
    """How long a worker may be silent before another takes its round: after a kill -9 the round
    waits this long. It is renewed every third of it."""
    timeout_seconds: float = Field(default=600.0, gt=0)
    """A round that takes longer failed: 2,000 x 2,000 cities take well under a minute."""
    questions_waiting: int = Field(default=8, ge=0)
    """Questions about reasons that may wait for the one being answered; the next gets 503. More
    would only wait longer than people do."""
    answer_seconds: float = Field(default=20.0, gt=0)
    """Longest time of one answer, with its wait: proxies give up after half a minute."""


class ConsentSettings(Group):
    """The worker that lets dates pass, reminds, and has exchanges matched anew by themselves."""

    poll_seconds: float = Field(default=5.0, gt=0)
    """Pause between two looks when no commit of this process wakes the worker: a lapse or reminder
    is at most so late, which nobody who was given days will notice."""
    lease_seconds: float = Field(default=15.0, gt=0)
    """How long the looking process may be silent before another takes over: after a kill -9 dates
    wait this long."""


class Settings(ServiceSettings):
    """The settings of matching; names start with `MATCHING_`."""

    service: str = "matching"
    """Name of the service: its database, its consumer group, the source of its events."""
    solver: SolverSettings = SolverSettings()
    consent: ConsentSettings = ConsentSettings()
