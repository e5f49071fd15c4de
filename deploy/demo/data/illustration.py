"""What the published record does not hold and a demonstration needs: interests and contacts.

Promises: everything made here carries `illustrative = True` and says so in its text; the same seed
gives the same result, and a body's draw does not depend on any other body. No pair is favoured: a
body's figures are drawn without knowing its partner. All bodies of an exchange answer the themes of
its call, hence any two of them can help each other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from deploy.demo.data.sources import PeopleRow
from services.registry.places import fold_name

MAX_LEVEL = 5
"""The top of the scale on which bodies say what they seek and offer."""

EXTRA_TOPICS = (2, 5)
"""Topics a body adds on its own: fewer leave little to compare, more blur every difference."""

DISCUSSED_TOPICS = (2, 4)
"""Topics a body takes up because others of its exchange raise them: without these, only published
pairs would share their topics, and every round would merely repeat the record."""

ROLES = ("programme-coordinator", "topic-expert")
"""The two contacts of a body: who answers for the exchange, and who knows the subject."""

_EVIDENCE = (
    "no project yet; a strategy is being written",
    "a first study was commissioned",
    "one pilot project has begun",
    "two projects are running in one district",
    "a city-wide programme with yearly figures",
    "a finished programme whose results others have visited",
)
"""What each level of experience looks like, from 0 to MAX_LEVEL."""


@dataclass(frozen=True, slots=True)
class TopicsInView:
    """The topics a body has before it when it says what it seeks and offers.

    `themes` are those of the calls it answers, `named` those of its own published pairings,
    `discussed` those of any pairing in its exchanges.
    """

    themes: frozenset[str]
    named: frozenset[str]
    discussed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a body says of a topic; `seeks` and `offers` go from 0 to MAX_LEVEL, never both 0."""

    body_key: str
    topic: str
    seeks: int
    offers: int
    evidence: str
    illustrative: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """A made-up person in a role for a body; .example addresses reach nobody (RFC 2606)."""

    body_key: str
    name: str
    email: str
    role: str
    language: str
    time_zone: str
    illustrative: bool = True


def draw_themes(exchange_key: str, terms: Sequence[str], count: int, seed: int) -> tuple[str, ...]:
    """Choose up to `count` topics for a call whose own themes no page names; sorted."""
    random = Random(f"{seed}:{exchange_key}:themes")  # noqa: S311 - a story, not a secret
    return tuple(sorted(random.sample(sorted(terms), min(count, len(terms)))))


def draw_interests(
    body_key: str, view: TopicsInView, labels: Mapping[str, str], seed: int
) -> tuple[Interest, ...]:
    """Draw a body's interests, one a topic, by topic code.

    Themes get at least 1 in both directions, named topics are present; some of the discussed topics
    and a few others of `labels` are the body's own choice.
    """
    random = Random(f"{seed}:{body_key}:interests")  # noqa: S311 - a story, not a secret
    wanted = view.themes | view.named
    for pool, (least, most) in ((view.discussed, DISCUSSED_TOPICS), (set(labels), EXTRA_TOPICS)):
        others = sorted(pool - wanted)
        wanted |= set(random.sample(others, min(random.randint(least, most), len(others))))
    return tuple(
        _draw_interest(body_key, topic, labels[topic], 1 if topic in view.themes else 0, random)
        for topic in sorted(wanted)
    )


def draw_contacts(
    body_key: str, people: PeopleRow, time_zone: str, seed: int
) -> tuple[Contact, ...]:
    """Draw a contact for each of ROLES; names and addresses differ within a body."""
    random = Random(f"{seed}:{body_key}:contacts")  # noqa: S311 - a story, not a secret
    given = random.sample(people["given"], len(ROLES))
    family = random.sample(people["family"], len(ROLES))
    return tuple(
        Contact(
            body_key=body_key,
            name=f"{first} {last}",
            email=f"{_mailbox(first)}.{_mailbox(last)}@{body_key}.example",
            role=role,
            language=people["language"],
            time_zone=time_zone,
        )
        for first, last, role in zip(given, family, ROLES, strict=True)
    )


def _draw_interest(body_key: str, topic: str, label: str, least: int, random: Random) -> Interest:
    experience = random.randint(0, MAX_LEVEL)
    need = MAX_LEVEL - experience + random.choice((-1, 0, 0, 1, 2))
    return Interest(
        body_key=body_key,
        topic=topic,
        seeks=min(MAX_LEVEL, max(least, need)),
        offers=max(least, experience),
        evidence=f"Illustrative, drawn for the demonstration. {label}: {_EVIDENCE[experience]}.",
    )


def _mailbox(name: str) -> str:
    return fold_name(name).replace(" ", "")
