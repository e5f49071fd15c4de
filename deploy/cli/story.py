"""The commands that load the programme data and play the story of World Cities."""

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console

from deploy.demo.api import StoryError, open_api
from deploy.demo.data.sources import load_sources
from deploy.demo.play import demonstrate
from deploy.demo.printing import print_summary
from deploy.demo.seeding import DEFAULT_SEED, Announce
from deploy.demo.seeding import seed as seed_registry
from deploy.demo.story_data import story_of
from deploy.local.screen import progress_bar
from deploy.local.state import Platform, Progress, data_folder, read_platform

Seed = Annotated[
    int,
    typer.Option(
        envvar="WORLDCITIES_SEED",
        help="Decides what is illustrative, where the platform has nothing yet.",
    ),
]

T = TypeVar("T")


def seed(*, seed: Seed = DEFAULT_SEED) -> None:
    """Load topics, cities, interests and contacts of World Cities; again, it changes nothing."""
    with _loading(Console(stderr=True)) as announce:
        _run(_seed(_platform(), seed, announce))


def demo(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    seed: Seed = DEFAULT_SEED,
) -> None:
    """Play the World Cities exchanges through the four services, and count what arrived."""
    console = Console(stderr=as_json)
    summary = _run(demonstrate(_platform(), data_folder(), seed, console))
    if as_json:
        sys.stdout.write(json.dumps(summary, ensure_ascii=False, indent=1) + "\n")
    else:
        print_summary(console, summary)
    if not summary["ok"]:
        raise typer.Exit(1)


async def _seed(platform: Platform, seed: int, announce: Announce) -> None:
    story = story_of(load_sources(), seed)
    async with open_api(platform.urls) as api:
        await seed_registry(api, story, announce)


@contextmanager
def _loading(console: Console) -> Iterator[Announce]:
    with progress_bar(console) as announce:
        yield lambda done, total: announce(Progress(done, total, "the programme data"))


def _platform() -> Platform:
    platform = read_platform(data_folder())
    if platform is None or not platform.is_alive:
        _give_up("The platform is not running: make up DETACH=1")
    return platform


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except StoryError as error:
        _give_up(str(error))
    except BaseExceptionGroup as group:
        wrong = group.split(StoryError)[0]
        if wrong is None:
            raise
        _give_up(str(_first(wrong)))


def _first(error: BaseException) -> BaseException:
    """Give the first error inside nested groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _give_up(text: str) -> NoReturn:
    Console(stderr=True).print(text, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
