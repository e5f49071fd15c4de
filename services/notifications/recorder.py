"""Recording what came of deliveries, many in one transaction: what is waiting goes together.

Promises that ``record`` returns only once its result is saved, and that results are saved in the
order in which they came.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.notifications.domain.deliveries import Attempt, Delivery, DeliveryStatus
from services.notifications.store.feed import DELIVERIES
from services.notifications.usecases import dispatch
from shared.errors import Conflict, Unavailable
from shared.mongo import Mongo
from shared.unit_of_work import Tx

BATCH = 100
"""Results in one transaction. A commit costs 3 ms whatever is in it; above 100 it only gets longer,
and more is sent twice when the process dies before it."""

Plan = tuple[Sequence[float], float]


@dataclass(frozen=True, slots=True)
class _Result:
    delivery: Delivery
    attempt: Attempt
    plan: Plan
    saved: "asyncio.Future[DeliveryStatus | None]"


@dataclass(slots=True)
class Recorder:
    """Saves results for all lanes of one worker; ``run`` works until it is cancelled."""

    mongo: Mongo
    _waiting: "asyncio.Queue[_Result]" = field(default_factory=asyncio.Queue, init=False)

    async def record(
        self, delivery: Delivery, attempt: Attempt, plan: Plan
    ) -> DeliveryStatus | None:
        """Save a result and give what the delivery became; None when its claim was lost.

        Raises:
            Unavailable, Conflict: it was not saved.
        """
        saved = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Result(delivery, attempt, plan, saved))
        status: DeliveryStatus | None = await saved
        return status

    async def run(self) -> None:
        """Save what waits, again and again."""
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._save(batch)

    async def _save(self, batch: Sequence[_Result]) -> None:
        async def save(tx: Tx) -> list[DeliveryStatus | None]:
            await tx.prefetch(DELIVERIES, [each.delivery.id for each in batch])
            return [
                await dispatch.record(tx, each.delivery, each.attempt, each.plan) for each in batch
            ]

        try:
            statuses = await self.mongo.transact(save)
        except (Unavailable, Conflict) as error:
            for each in batch:
                if not each.saved.done():
                    each.saved.set_exception(error)
            return
        for each, status in zip(batch, statuses, strict=True):
            if not each.saved.done():
                each.saved.set_result(status)
