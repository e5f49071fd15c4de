"""No query of a service scans a collection: checked for all that were sent, when the tests end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from pymongo import monitoring

from tests.support.plans import PROJECT, SERVICES, Recorder, places, scans

_WHOLE: Final = "read as a whole by workers, after a change of the rules by which rows are derived"

EXCEPTIONS: Final = {
    **{
        f"{name} {{}}": _WHOLE
        for name in ("cities", "contacts", "interests", "practices", "topics")
    },
    "sessions {}": "once when a process takes the lead; a row per connection that is open",
    "sessions {host: ?}": "once at the start of a process; a row per connection that is open",
    "deliveries {status: pending, next_attempt_at: {$lt: ?}, endpoint_id: {$nin: [?]}} sort "
    "status, next_attempt_at, position limit": "a worker's, never a request's: MongoDB goes by the "
    "index of what is due; SecantusDB uses none when something is asked not to be so",
}
"""What may read a collection as a whole, by its shape, and why."""

RECORDER: Final = Recorder()
monitoring.register(RECORDER)  # for clients that are made from now on


@pytest.fixture(scope="session")
def mongo_url(mongo_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The session's database, whose queries by services are explained at the end."""
    with pytest.MonkeyPatch.context() as patch:
        RECORDER.note_callers(patch)
        yield mongo_url
    found = scans(mongo_url, RECORDER.queries.values())
    if scanning := [shape for shape in found if shape not in EXCEPTIONS]:
        pytest.fail("queries that scan:\n" + "\n".join(scanning), pytrace=False)
    if _is_whole(request.session) and (unreached := _unreached()):
        pytest.fail("places no test reaches:\n" + "\n".join(unreached), pytrace=False)


def _is_whole(session: pytest.Session) -> bool:
    """Tell whether all tests of the services ran, none left out."""
    every = {file.resolve() for file in Path(__file__).parent.rglob("test_*.py")}
    option = session.config.option
    chosen = option.keyword or option.markexpr or any("::" in each for each in session.config.args)
    ran = {Path(item.path).resolve() for item in session.items}
    return every <= ran and not chosen


def _unreached() -> list[str]:
    reached = RECORDER.lines
    return [
        f"{file.relative_to(PROJECT)}:{first}"
        for file, first, last in places(PROJECT / "services" / name for name in SERVICES)
        if not any((str(file), line) in reached for line in range(first, last + 1))
    ]
