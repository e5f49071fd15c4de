"""The process of registry: everything it uses, in the order of its start.

Run it with ``python -m services.registry.main``; docs/settings.md says what it reads.
"""

from services.registry.api import ROUTERS
from services.registry.consumers import GROUPS
from services.registry.erasing import ErasureWorker
from services.registry.reference import shipped_places
from services.registry.search.searches import searches_of
from services.registry.settings import Settings
from services.registry.store import COLLECTIONS
from services.registry.transfer.worker import ImportWorker
from services.registry.usecases.backfill import backfill
from services.registry.usecases.name_keys import refresh_keys
from shared import log
from shared.auth import TokenVerifier
from shared.delivery import delivery, endless_job, holder_name
from shared.migrations import migrate
from shared.mongo import connect
from shared.process import run, supervise
from shared.settings import load
from shared.web import Api, api_job, build_app

API = Api(
    "World Cities: registry",
    "Keeps cities, contacts, topics, interests and good practices.",
    ROUTERS,
)


async def main() -> None:
    """Start what the settings' roles ask for, and stop it in reverse when told to."""
    settings = load("registry", Settings)
    log.configure(settings)
    mongo = connect(settings.mongo.url, settings.mongo.database, driver=settings.mongo.driver)
    await migrate(mongo, COLLECTIONS)
    await backfill(mongo)
    await refresh_keys(mongo)
    chain = delivery(settings, mongo, GROUPS)
    verifier = TokenVerifier(settings.auth, mongo.clock)
    app = build_app(settings, API, verifier=verifier, readiness=chain.probes)
    app.state.mongo = mongo
    search = searches_of(mongo, settings.kafka.bootstrap_servers, shipped_places)
    app.state.search = search
    searching = (endless_job("search", search.run),) if "api" in settings.roles else ()
    worker = ImportWorker(mongo, holder_name())
    importing = (endless_job("imports", worker.run),) if "consumer" in settings.roles else ()
    eraser = ErasureWorker(mongo)
    erasing = (endless_job("erasures", eraser.run),) if "relay" in settings.roles else ()
    try:
        await supervise(*chain.jobs, *searching, *importing, *erasing, api_job(app, settings.http))
    finally:
        await mongo.close()


if __name__ == "__main__":
    run(main)
