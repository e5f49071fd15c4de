"""Good practices in four languages, put straight into the register's database, and searches.

Their words are made up, but stand as often as words of real texts do (Zipf's law), and end as those
of their languages, so that stems and beginnings have something to do.
"""

import random
from collections.abc import Callable, Mapping
from itertools import accumulate
from urllib.parse import urlencode

from benchmarks.registry.cities import TOPICS
from services.registry.domain.changes import Author, started
from services.registry.domain.practice_states import Content, Practice, Status
from services.registry.domain.topics import Meaning, Topic
from services.registry.store import CITIES, PRACTICES
from services.registry.store import TOPICS as TOPIC_STATES
from shared.clock import SystemClock
from shared.ids import CityId, EventIds, PracticeId, new_id
from shared.mongo import Mongo

_SEED = 23
_WORDS = 12_000
_STATUSES: tuple[Status, ...] = ("published", "published", "published", "published", "draft")
_ENDINGS = {
    "en": ("", "s", "ed", "ing"),
    "fr": ("e", "es", "er", "ement"),
    "de": ("", "en", "ung", "ungen"),
    "es": ("o", "os", "ar", "ando"),
}
_ONSETS = (*"bcdfglmnprstv", "br", "ch", "gr", "pl", "st")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ou")
_LONG, _SHORT, _TITLE = 180, 50, 6
"""Words of problem and solution each, of the shorter parts, and of the title: a page in all."""
_BATCH = 500

Query = Callable[[random.Random, "Tongue"], dict[str, str | int]]


class Tongue:
    """The words of a run, the commonest first."""

    def __init__(self) -> None:
        """Make the words; the same in every run."""
        self._chance = random.Random(_SEED)
        roots = dict.fromkeys(self._root() for _ in range(_WORDS * 2))
        self.roots = list(roots)[:_WORDS]
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.roots))))

    def text(self, language: str, words: int) -> str:
        """Give so many words."""
        endings = _ENDINGS[language]
        roots = self._chance.choices(self.roots, cum_weights=self._weights, k=words)
        return " ".join(root + self._chance.choice(endings) for root in roots)

    def word(self, chance: random.Random, language: str, most_common: int = 4000) -> str:
        """Give a word that some practices have."""
        return chance.choice(self.roots[:most_common]) + chance.choice(_ENDINGS[language])

    def _root(self) -> str:
        syllables = self._chance.choice((1, 2, 2, 3))
        pick = self._chance.choice
        return "".join(pick(_ONSETS) + pick(_VOWELS) for _ in range(syllables)) + pick("lnrst")


async def fill_practices(mongo: Mongo, count: int) -> Tongue:
    """Put practices of registered cities in, most of them published; give the words they have."""
    tongue, chance, clock = Tongue(), random.Random(_SEED), SystemClock()
    author, ids = Author("bench", clock.now()), EventIds(clock)
    topics = [Topic(code, Meaning({"en": code, "de": code}), started(author)) for code in TOPICS]
    await mongo.database[TOPIC_STATES.name].insert_many(
        [TOPIC_STATES.document(each) | {"event_id": ids.next()} for each in topics]
    )
    cities = [each["_id"] async for each in mongo.database[CITIES.name].find({}, limit=2000)]
    for start in range(0, count, _BATCH):
        some = range(start, min(count, start + _BATCH))
        made = [_practice(CityId(chance.choice(cities)), author, chance, tongue) for _ in some]
        await mongo.database[PRACTICES.name].insert_many(
            [PRACTICES.document(each) | {"event_id": ids.next()} for each in made]
        )
    return tongue


def practice_searches(tongue: Tongue, count: int) -> Mapping[str, list[str]]:
    """Give `count` query strings of each kind."""
    chance = random.Random(_SEED)
    return {
        name: [urlencode(make(chance, tongue)) for _ in range(count)]
        for name, make in _KINDS.items()
    }


def _practice(city: CityId, author: Author, chance: random.Random, tongue: Tongue) -> Practice:
    language = chance.choice(list(_ENDINGS))
    content = Content(
        title=tongue.text(language, _TITLE),
        topics=tuple(chance.sample(TOPICS, chance.randint(1, 3))),
        problem=tongue.text(language, _LONG),
        solution=tongue.text(language, _LONG),
        evidence=tongue.text(language, _SHORT),
        transferability=tongue.text(language, _SHORT),
        languages=(language, "en") if chance.random() < 0.5 else (language,),
    )
    status = chance.choice(_STATUSES)
    published_at = author.at if status == "published" else None
    key = (PracticeId(new_id("gpr")), city)
    return Practice(
        *key, content, started(author), status=status, published_at=published_at, version=1
    )


def _language(chance: random.Random) -> str:
    return chance.choice(list(_ENDINGS))


def _one(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    return {"q": tongue.word(chance, _language(chance))}


def _three(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    language = _language(chance)
    return {"q": " ".join(tongue.word(chance, language, 200) for _ in range(3))}


def _common(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    return {"q": tongue.word(chance, _language(chance), 5)}


def _begun(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    return {"q": tongue.word(chance, _language(chance))[: chance.randint(1, 4)]}


def _mistyped(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    word = tongue.word(chance, _language(chance)) + "ment"
    at, other = sorted(chance.sample(range(1, len(word)), 2))
    return {"q": f"{word[:at]}q{word[at:other]}{word[other + 1 :]}"}


def _facets(chance: random.Random, tongue: Tongue) -> dict[str, str | int]:
    asked = {"topic": chance.choice(TOPICS), "facets": "country,topic,language,status"}
    return {**asked, "q": tongue.word(chance, _language(chance), 100)}


_KINDS: Mapping[str, Query] = {
    "a word": _one,
    "three words": _three,
    "a word that most have": _common,
    "the beginning of a word": _begun,
    "a word with two typos": _mistyped,
    "facets": _facets,
}
