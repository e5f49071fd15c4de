"""Loading the programme data through the public APIs: topics, bodies, interests and contacts.

Promises: what is there already stays as it is, also when somebody has changed it since; so running
it again changes nothing. What is not from the published record is marked illustrative.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from deploy.demo.api import Api, ApiError, Call, Row, together
from deploy.demo.data.illustration import Contact, Interest
from deploy.demo.story_data import Body, Story

DEFAULT_SEED = 2015
"""The year in which World Cities began."""

RECORD = "published record of World Cities (deploy/demo/data/world_cities.json)"
"""The source that the registry keeps for a body's name."""

Announce = Callable[[int, int], None]
"""Is told how many steps are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part, as the registry knows them; cities and contacts by the story's body key."""

    cities: Mapping[str, Row]
    contacts: Mapping[str, Sequence[Row]]
    interests: Sequence[Row]
    topics: Sequence[Row]


@dataclass(slots=True)
class _Steps:
    """Counts what is done, and remembers the cities that are new: nobody said anything of them."""

    announce: Announce
    total: int
    done: int = 0
    new: set[str] = field(default_factory=set)

    async def count(self, work: Awaitable[Row]) -> Row:
        result = await work
        self.done += 1
        self.announce(self.done, self.total)
        return result


async def seed(api: Api, story: Story, announce: Announce) -> Cast:
    """Bring the story's topics, bodies, interests and contacts into the registry; give them.

    Raises:
        StoryError: the registry is away or refuses something.
    """
    taxonomy = (await _get(api, "/v1/taxonomy"))["topics"]
    interests, contacts = _by_body(story)
    total = len(taxonomy) + len(story.bodies) + len(interests) + len(contacts)
    steps = _Steps(announce, total)
    topics, cities = await asyncio.gather(
        _topics(api, taxonomy, steps), _cities(api, story.bodies, steps)
    )
    first_days = _first_days(story)
    profiles = [
        steps.count(_profile(api, cities[key], of_body, steps.new))
        for key, of_body in interests.items()
    ]
    people = [
        steps.count(_contacts(_Desk(api, cities[key], steps.new), of_body, first_days[key]))
        for key, of_body in contacts.items()
    ]
    found = await together([*profiles, *people])
    said, known = found[: len(profiles)], found[len(profiles) :]
    return Cast(
        cities=cities,
        contacts={key: row["items"] for key, row in zip(contacts, known, strict=True)},
        interests=[each for row in said for each in row["items"]],
        topics=topics,
    )


async def _get(api: Api, path: str) -> Row:
    return await api.send(Call("registry", "GET", path, await api.officer()))


def _by_body(story: Story) -> tuple[dict[str, list[Interest]], dict[str, list[Contact]]]:
    interests: dict[str, list[Interest]] = defaultdict(list)
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for interest in story.interests:
        interests[interest.body_key].append(interest)
    for contact in story.contacts:
        contacts[contact.body_key].append(contact)
    return interests, contacts


def _first_days(story: Story) -> dict[str, date]:
    """Give the day from which a body's contacts are in their roles: its first programme's first."""
    years = {each.key: each.first_year for each in story.programmes}
    exchanges = {each.key: years[each.programme_key] for each in story.exchanges}
    days: dict[str, date] = {}
    for part in story.participations:
        day = date(exchanges[part.exchange_key], 1, 1)
        days[part.body_key] = min(day, days.get(part.body_key, day))
    return days


async def _topics(api: Api, taxonomy: Sequence[Row], steps: _Steps) -> list[Row]:
    """Define what is missing, one after the other: all of them pass one turnstile anyway."""
    known = {row["code"]: row for row in await api.listed("registry", "/v1/topics")}
    token = await api.officer()

    async def define(topic: Row) -> Row:
        if topic["code"] in known:
            return known[topic["code"]]
        body = {name: value for name, value in topic.items() if name != "code"}
        return await api.send(Call("registry", "PUT", f"/v1/topics/{topic['code']}", token, body))

    return [await steps.count(define(topic)) for topic in taxonomy]


async def _cities(api: Api, bodies: Sequence[Body], steps: _Steps) -> dict[str, Row]:
    rows = await api.listed("registry", "/v1/cities")
    known = {(row["name"], row["country"]): row for row in rows}
    places = {row["geonames_id"]: row for row in rows if row["geonames_id"] is not None}
    found: dict[str, Row] = {}

    async def register(body: Body) -> Row:
        at_place = places.get(body.geonames_id) if body.geonames_id else None
        row = at_place or known.get((body.name, body.country))
        if row is None:
            row = await _register(api, body, [found[key]["id"] for key in body.members])
            steps.new.add(row["id"])
        return row

    for group in (
        [body for body in bodies if not body.members],
        [body for body in bodies if body.members],
    ):
        made = await together([steps.count(register(body)) for body in group])
        found |= {body.key: row for body, row in zip(group, made, strict=True)}
    return found


async def _register(api: Api, body: Body, members: Sequence[str]) -> Row:
    stated: dict[str, object] = {
        "name": body.name,
        "country": body.country,
        "kind": body.kind,
        "members": members,
        "sources": {"name": RECORD},
    }
    if body.geonames_id is None:
        stated["time_zone"] = body.time_zone
    else:
        stated["geonames_id"] = body.geonames_id
    key = f"seed-city-{body.key}"
    return await api.send(
        Call("registry", "POST", "/v1/cities", await api.officer(), stated, key=key)
    )


async def _profile(api: Api, city: Row, interests: Sequence[Interest], new: Collection[str]) -> Row:
    """Declare what a body seeks and offers, unless it has said something itself."""
    path = f"/v1/cities/{city['id']}/interests"
    said = {"items": []} if city["id"] in new else await _get(api, path)
    if said["items"]:
        return said
    rows = [
        {
            "topic": each.topic,
            "seeks": each.seeks,
            "offers": each.offers,
            "evidence": each.evidence,
            "illustrative": each.illustrative,
        }
        for each in interests
    ]
    call = Call("registry", "PUT", path, await api.officer(), {"interests": rows})
    try:
        return await api.send(call)
    except ApiError as error:
        if error.code not in ("version_missing", "version_stale"):
            raise
        return await _get(api, path)  # withdrawn by somebody, or declared this very moment


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where the contacts of one city are appointed."""

    api: Api
    city: Row
    new: Collection[str]

    @property
    def path(self) -> str:
        return f"/v1/cities/{self.city['id']}/contacts"

    async def known(self) -> list[Row]:
        """Give who is there."""
        if self.city["id"] in self.new:
            return []
        return await self.api.listed("registry", self.path)


async def _contacts(desk: _Desk, contacts: Sequence[Contact], first_day: date) -> Row:
    """Appoint a body's contacts, unless it has people of its own; give all of them."""
    known = await desk.known()
    drawn = {each.email for each in contacts}
    if any(row["email"] not in drawn for row in known):
        return {"items": known}
    there = {row["email"] for row in known}
    missing = [each for each in contacts if each.email not in there]
    return {"items": [*known, *[await _appoint(desk, each, first_day) for each in missing]]}


async def _appoint(desk: _Desk, contact: Contact, first_day: date) -> Row:
    """Appoint a contact; the answer has the id and no personal data."""
    body = {
        "name": contact.name,
        "email": contact.email,
        "role": contact.role,
        "language": contact.language,
        "time_zone": contact.time_zone,
        "starts_on": first_day.isoformat(),
        "illustrative": contact.illustrative,
    }
    key = f"seed-contact-{contact.email}"
    token = await desk.api.officer()
    return await desk.api.send(Call("registry", "POST", desk.path, token, body, key=key))
