"""Answers to questions about rounds, worked out beside the service: one after the other.

Promises that nobody waits for ever: a question that finds too many before it, or takes too long, is
answered 503 with the time after which to ask again.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from services.matching.beside import Beside, ProcessDiedError
from services.matching.errors import ReasonsBusy
from services.matching.settings import SolverSettings


@dataclass(slots=True)
class Answering:
    """The one process that answers, and how many questions wait for it."""

    settings: SolverSettings
    _beside: Beside = field(default_factory=partial(Beside, "solver of questions"))
    _asked: int = 0

    async def answer(self, work: Callable[..., Any], *arguments: Any) -> Any:  # noqa: ANN401 - as many kinds as there are questions
        """Have it worked out; see ``Beside.run``.

        Raises:
            ReasonsBusy: 503.
            WorkFailedError: our fault.
        """
        if self._asked > self.settings.questions_waiting:
            raise ReasonsBusy("Too many questions wait already.")
        self._asked += 1
        try:
            async with asyncio.timeout(self.settings.answer_seconds):
                return await self._beside.run(work, *arguments)
        except TimeoutError as error:
            raise ReasonsBusy("It took too long, or too many waited.") from error
        except ProcessDiedError as error:
            raise ReasonsBusy("The process that answers was ended.") from error
        finally:
            self._asked -= 1

    def close(self) -> None:
        """End its process."""
        self._beside.kill()
