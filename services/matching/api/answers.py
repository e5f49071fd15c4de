"""The process that answers questions about rounds, as a parameter of a route."""

from typing import Annotated, cast

from fastapi import Depends, Request

from services.matching.answering import Answering


async def answers_of(request: Request) -> Answering:
    """Give what ``main.py`` put into the application's state."""
    return cast("Answering", request.app.state.answering)


Answers = Annotated[Answering, Depends(answers_of)]
"""A route names it as a parameter: `answers: Answers`."""
