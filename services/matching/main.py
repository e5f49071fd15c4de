"""The process of matching: everything it uses, in the order of its start.

Run it with ``python -m services.matching.main``; docs/settings.md says what it reads.
"""

from services.matching.answering import Answering
from services.matching.api import ROUTERS
from services.matching.consumers import GROUPS
from services.matching.deadlines import ConsentWorker
from services.matching.settings import Settings
from services.matching.store import COLLECTIONS
from services.matching.workers import RoundWorker
from shared import log
from shared.auth import TokenVerifier
from shared.delivery import delivery, holder_name
from shared.migrations import migrate
from shared.mongo import connect
from shared.process import Job, run, supervise
from shared.settings import load
from shared.web import Api, api_job, build_app

API = Api(
    "World Cities: matching",
    "Keeps exchanges, applications, rounds, proposals, pairings and their plans.",
    ROUTERS,
)


async def main() -> None:
    """Start what the settings' roles ask for, and stop it in reverse when told to."""
    settings = load("matching", Settings)
    log.configure(settings)
    mongo = connect(settings.mongo.url, settings.mongo.database, driver=settings.mongo.driver)
    await migrate(mongo, COLLECTIONS)
    chain = delivery(settings, mongo, GROUPS)
    worker = RoundWorker(mongo, settings.solver, holder_name())
    dates = ConsentWorker(mongo, settings.consent, holder_name())
    verifier = TokenVerifier(settings.auth, mongo.clock)
    app = build_app(settings, API, verifier=verifier, readiness=chain.probes)
    app.state.mongo = mongo
    app.state.answering = answering = Answering(settings.solver)
    try:
        work = Job("rounds", worker.run), Job("consent", dates.run)
        await supervise(*chain.jobs, *work, api_job(app, settings.http))
    finally:
        answering.close()
        await mongo.close()


if __name__ == "__main__":
    run(main)
