"""The process of notifications: everything it uses, in the order of its start.

Run it with ``python -m services.notifications.main``; docs/settings.md says what it reads.
"""

from services.notifications.api import ROUTERS
from services.notifications.consumers import GROUPS
from services.notifications.post_office import PostOffice
from services.notifications.sealing import Sealer
from services.notifications.settings import Settings
from services.notifications.store import COLLECTIONS
from services.notifications.usecases.partners import api_key_lookup
from services.notifications.webhooks import Caller
from services.notifications.workers import EmailWorker, FeedTail, WebhookWorker
from shared import log
from shared.auth import TokenVerifier
from shared.delivery import delivery, endless_job
from shared.migrations import migrate
from shared.mongo import connect
from shared.process import run, supervise
from shared.settings import load
from shared.web import Api, api_job, build_app

API = Api(
    "World Cities: notifications",
    "Writes to people; tells partner integrations what happens by webhook, stream and feed.",
    ROUTERS,
)


async def main() -> None:
    """Start what the settings' roles ask for, and stop it in reverse when told to."""
    settings = load("notifications", Settings)
    log.configure(settings)
    mongo = connect(settings.mongo.url, settings.mongo.database, driver=settings.mongo.driver)
    await migrate(mongo, COLLECTIONS)
    chain = delivery(settings, mongo, GROUPS)
    caller = Caller(settings.webhooks, Sealer(settings.sealing_key()), mongo.clock)
    webhooks = WebhookWorker(mongo, caller, settings.webhooks)
    emails = EmailWorker(mongo, PostOffice(settings.smtp), settings.smtp)
    tail = FeedTail(mongo)
    verifier = TokenVerifier(settings.auth, mongo.clock, api_keys=api_key_lookup(mongo))
    app = build_app(settings, API, verifier=verifier, readiness=chain.probes)
    app.state.mongo, app.state.feed_tail = mongo, tail
    workers = [
        endless_job("webhooks", webhooks.run),
        endless_job("e-mails", emails.run),
        endless_job("feed tail", tail.run),
    ]
    try:
        await supervise(*chain.jobs, *workers, api_job(app, settings.http))
    finally:
        await mongo.close()


if __name__ == "__main__":
    run(main)
