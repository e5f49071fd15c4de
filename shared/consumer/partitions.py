"""One partition's worker: its queue, its batches in order, and how far it is done."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.consumer.batches import Batches, Record

QUEUE_BATCHES = 5
"""Batches that may wait per partition before fetching pauses: enough to never starve the worker."""


@dataclass(slots=True)
class PartitionWorker:
    """Applies one partition's records in order."""

    batches: Batches
    batch_records: int
    committed: int | None = None
    _queue: deque[Record] = field(default_factory=deque, init=False)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _done: int | None = field(default=None, init=False)
    _task: "asyncio.Task[None] | None" = field(default=None, init=False)
    _stopping: bool = field(default=False, init=False)

    @property
    def is_full(self) -> bool:
        """Whether fetching for this partition should pause."""
        return len(self._queue) >= QUEUE_BATCHES * self.batch_records

    def start(self) -> None:
        """Begin to work; ``raise_failure`` tells of its end."""
        self._task = asyncio.get_running_loop().create_task(self._work())

    def take(self, records: Iterable[Record]) -> None:
        """Queue fetched records."""
        self._queue.extend(records)
        self._arrived.set()

    def uncommitted(self) -> int | None:
        """Give the offset to commit (the next one to read), or None when nothing is new."""
        return self._done if self._done != self.committed else None

    def raise_failure(self) -> None:
        """Raise what ended the worker, if something did (the broker away for a dead letter)."""
        if self._task is not None and self._task.done() and not self._task.cancelled():
            self._task.result()

    async def drain(self, seconds: float) -> None:
        """Finish the batch in hand, at most ``seconds``; the rest of the queue is dropped."""
        self._stopping = True
        self._queue.clear()
        self._arrived.set()
        if self._task is None:
            return
        _, pending = await asyncio.wait([self._task], timeout=seconds)
        for task in pending:
            task.cancel()
            await asyncio.wait([task])
        if not self._task.cancelled():
            self._task.exception()  # told already, or about to be: the consumer starts anew

    async def _work(self) -> None:
        while not self._stopping:
            if not self._queue:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            size = min(len(self._queue), self.batch_records)
            batch = [self._queue.popleft() for _ in range(size)]
            await self.batches.apply(batch)
            self._done = batch[-1].offset + 1
