"""The process of events: everything it uses, in the order of its start.

Run it with ``python -m services.events.main``; docs/settings.md says what it reads.
"""

from services.events.api import ROUTERS
from services.events.consumers import GROUPS
from services.events.settings import Settings
from services.events.store import COLLECTIONS
from shared import log
from shared.auth import TokenVerifier
from shared.delivery import delivery
from shared.migrations import migrate
from shared.mongo import connect
from shared.process import run, supervise
from shared.settings import load
from shared.web import Api, api_job, build_app

API = Api("World Cities: events", "Keeps activities, delegations and calendars.", ROUTERS)


async def main() -> None:
    """Start what the settings' roles ask for, and stop it in reverse when told to."""
    settings = load("events", Settings)
    log.configure(settings)
    mongo = connect(settings.mongo.url, settings.mongo.database, driver=settings.mongo.driver)
    await migrate(mongo, COLLECTIONS)
    chain = delivery(settings, mongo, GROUPS)
    verifier = TokenVerifier(settings.auth, mongo.clock)
    app = build_app(settings, API, verifier=verifier, readiness=chain.probes)
    app.state.mongo = mongo
    try:
        await supervise(*chain.jobs, api_job(app, settings.http))
    finally:
        await mongo.close()


if __name__ == "__main__":
    run(main)
