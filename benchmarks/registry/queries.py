"""Random searches of six kinds over the extract: the same for every run."""

import random
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from benchmarks.registry.cities import EXCHANGES, TOPICS
from services.registry.places import Place, Places, fold_name

_SEED = 17
_SHORTEST_FUZZY = 7
"""Two typos are looked for from six characters on, and a typo may take one away."""

Query = Callable[[random.Random, list[Place]], dict[str, str | int]]


def searches(places: Places, count: int) -> Mapping[str, list[str]]:
    """Give `count` query strings of each kind."""
    all_places = list(places)
    chance = random.Random(_SEED)
    return {
        name: [urlencode(make(chance, all_places)) for _ in range(count)]
        for name, make in _KINDS.items()
    }


def _prefix(chance: random.Random, places: list[Place]) -> dict[str, str | int]:
    return {"q": chance.choice(places).name[: chance.randint(1, 5)]}


def _fuzzy(chance: random.Random, places: list[Place]) -> dict[str, str | int]:
    while len(name := fold_name(chance.choice(places).name)) < _SHORTEST_FUZZY:
        pass
    return {"q": _mistyped(_mistyped(name, chance), chance)}


def _mistyped(name: str, chance: random.Random) -> str:
    """Leave a letter out, put a wrong one in its place, or swap two."""
    at = chance.randrange(len(name) - 1)
    new = chance.choice(("", "q", name[at + 1] + name[at]))
    return name[:at] + new + name[at + (2 if len(new) == 2 else 1) :]


def _topic(chance: random.Random, _: list[Place]) -> dict[str, str | int]:
    level = chance.randint(1, 5)
    return {"topic": chance.choice(TOPICS), "min_seeks": level, "sort": "population"}


def _distance(chance: random.Random, places: list[Place]) -> dict[str, str | int]:
    place = chance.choice(places)
    near = f"{place.latitude:.5f},{place.longitude:.5f}"
    return {"near": near, "within_km": chance.choice((25, 100, 500))}


def _side(chance: random.Random, _: list[Place]) -> dict[str, str | int]:
    return {"side": chance.choice(("eu", "partner")), "exchange_id": chance.choice(EXCHANGES)}


def _facets(chance: random.Random, places: list[Place]) -> dict[str, str | int]:
    text = chance.choice(places).name[: chance.randint(0, 3)]
    return {"q": text, "facets": "country,kind,topic,side"}


_KINDS: Mapping[str, Query] = {
    "prefix of a name": _prefix,
    "name with two typos": _fuzzy,
    "topic": _topic,
    "distance": _distance,
    "side": _side,
    "facets": _facets,
}
