"""The demonstration from its first request to its summary, on a platform that runs.

Promises: everything goes through the public APIs, as the frontends of the programme team, of cities
and of a partner would; running it again changes nothing and reports the same counts.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from deploy.demo.api import Api, Call, Row, StoryError, open_api, together
from deploy.demo.arrivals import (
    everything_arrived,
    read_everything,
    registry_is_known,
    story_versions,
    versions_of,
)
from deploy.demo.board import Board, board_for, shown
from deploy.demo.data.sources import load_sources
from deploy.demo.exchanges import Played, play_exchange, set_up_programme, steps_of
from deploy.demo.keeping import Keeping, Partner
from deploy.demo.partner import admit, remembered, still_known, subscribe
from deploy.demo.receiver import Receiver, listening
from deploy.demo.scene import Scene
from deploy.demo.seeding import seed
from deploy.demo.story_data import Story, story_of
from deploy.demo.summary import Document, Run, summary_of
from deploy.local.state import Platform
from shared.consumer.reading import follow_topics
from shared.contracts.catalogue import TOPICS

FOLDER = "demo"
"""Within the platform's data, so that `make reset` forgets it too."""

MAILBOX_LOOK_SECONDS = 1.0
"""Of the counter that people watch; each look reads the whole mailbox."""


@dataclass(slots=True)
class _Watch:
    """What is seen on the topics while the story is played."""

    board: Board
    seconds: list[float] = field(default_factory=list)


async def demonstrate(platform: Platform, data: Path, seed_: int, console: Console) -> Document:
    """Play the story and give its summary.

    Raises:
        StoryError, ExceptionGroup of it: the platform is away, refuses a step, or something does
            not arrive.
    """
    story = story_of(load_sources(), seed_)
    keeping = Keeping(data / FOLDER)
    board = _board(story)
    async with open_api(platform.urls) as api:
        partner = remembered(keeping)
        if not await still_known(api, partner):
            keeping.forget()
            partner = remembered(keeping)
        with shown(board, console):
            return await _play(_Stage(api, story, board, seed_), keeping, partner)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What there is before anybody takes part."""

    api: Api
    story: Story
    board: Board
    seed: int


def _board(story: Story) -> Board:
    steps = {
        each.key: steps_of(
            sum(1 for part in story.participations if part.exchange_key == each.key),
            sum(1 for pairing in story.pairings if pairing.exchange_key == each.key),
        )
        for each in story.exchanges
    }
    return board_for(story.exchanges, steps)


async def _play(stage: _Stage, keeping: Keeping, partner: Partner) -> Document:
    board, api = stage.board, stage.api

    def announce(done: int, total: int) -> None:
        board.headline = f"Loading the programme data: {done} of {total}"

    cast = await seed(api, stage.story, announce)
    scene = Scene(api, stage.story, cast, board, stage.seed)
    receiver = Receiver(keeping, lambda _: board.set("webhooks", len(receiver.receipts)))
    receiver.receipts = list(keeping.receipts())
    receiver.secret = partner.secret
    board.set("webhooks", len(receiver.receipts))
    async with listening(receiver, partner.port):
        board.headline = "The partner integration subscribes"
        partner = await admit(api, keeping, partner)
        await registry_is_known(api, api.urls["kafka"], cast, partner)
        partner = await subscribe(api, keeping, partner)
        receiver.secret = partner.secret
        async with _watching(api, board) as watch:
            programmes, played = await _exchanges(scene)
            board.headline = "Waiting until everybody has heard of everything"
            await everything_arrived(scene, played, receiver, partner)
        board.headline = "Counting what arrived"
        arrived = await read_everything(scene, played, receiver, partner)
        board.set("e-mails", len(arrived.mail.letters))
        board.headline = "World Cities, from the call to the visit"
    versions = await _versions(scene, programmes, played, partner)
    return summary_of(
        Run(scene, partner, programmes, played, arrived, versions, watch.seconds, receiver.refused)
    )


async def _exchanges(scene: Scene) -> tuple[list[Row], list[Played]]:
    scene.board.headline = "World Cities, from the call to the visit"
    programmes = {each.key: await set_up_programme(scene, each) for each in scene.story.programmes}
    played = await together(
        [
            play_exchange(scene, each, programmes[each.programme_key])
            for each in scene.story.exchanges
        ]
    )
    return list(programmes.values()), played


async def _versions(
    scene: Scene, programmes: Sequence[Row], played: Sequence[Played], partner: Partner
) -> dict[str, int]:
    """Give the version that the APIs show of everything the story touches."""
    cast = scene.cast
    rows = [*programmes, *cast.cities.values(), *cast.interests, *cast.topics]
    rows += [row for people in cast.contacts.values() for row in people]
    for path in (
        f"/v1/subscribers/{partner.subscriber_id}",
        f"/v1/endpoints/{partner.endpoint_id}",
    ):
        rows.append(await scene.read("notifications", path))
    return versions_of(rows) | story_versions(played)


@asynccontextmanager
async def _watching(api: Api, board: Board) -> AsyncIterator[_Watch]:
    """Follow the topics and the mailbox while the block runs, for the counters and the times."""
    watch, ready = _Watch(board), asyncio.Event()
    tasks = [
        asyncio.create_task(_follow(api.urls["kafka"], watch, ready)),
        asyncio.create_task(_look_into_the_mailbox(api, board)),
    ]
    try:
        await _first_of(ready, tasks)
        yield watch
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise StoryError(f"watching ended early: {error!r}") from error


async def _first_of(ready: asyncio.Event, tasks: "Sequence[asyncio.Task[None]]") -> None:
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


async def _follow(kafka: str, watch: _Watch, ready: asyncio.Event) -> None:
    async for placed in follow_topics(kafka, list(TOPICS), ready):
        watch.seconds.append(time.time() - placed.envelope.time.timestamp())
        watch.board.set("events", len(watch.seconds))


async def _look_into_the_mailbox(api: Api, board: Board) -> None:
    while True:
        letters = await api.send(Call("mailbox", "GET", "/api/messages", ""))
        board.set("e-mails", len(letters["items"]))
        await asyncio.sleep(MAILBOX_LOOK_SECONDS)
