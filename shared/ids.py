"""Identifiers that say what kind of thing they name, sort by time and can't be guessed.

Promises: an id is `{three letters}_{UUIDv7 as 32 hex digits}`; ids of one process made later sort
later, and the id of an event sorts after every event of its aggregate that came before.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, NewType
from uuid import UUID

from pydantic import StringConstraints
from uuid_utils import uuid7

from shared.clock import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_COUNTER_BITS = 26
# 12 in rand_a and 14 of rand_b: at least 33 million ids a millisecond, and 48 random bits remain.
_RANDOM_BITS = 48
_SEED_BITS = _COUNTER_BITS - 1
# The counter starts at random in its lower half, so that it has room to count.
_RAND_A_SHIFT = 14
_LOW_14 = (1 << 14) - 1
_MAX_COUNTER = (1 << _COUNTER_BITS) - 1
_VERSION_7 = 0x7
_VARIANT = 0b10

CityId = NewType("CityId", str)
ContactId = NewType("ContactId", str)
InterestId = NewType("InterestId", str)
PracticeId = NewType("PracticeId", str)
ProgrammeId = NewType("ProgrammeId", str)
ExchangeId = NewType("ExchangeId", str)
ApplicationId = NewType("ApplicationId", str)
RoundId = NewType("RoundId", str)
ProposalId = NewType("ProposalId", str)
PairingId = NewType("PairingId", str)
ActionId = NewType("ActionId", str)
ActivityId = NewType("ActivityId", str)
ActionItemId = NewType("ActionItemId", str)
DelegationId = NewType("DelegationId", str)
DelegateId = NewType("DelegateId", str)
SubscriberId = NewType("SubscriberId", str)
EndpointId = NewType("EndpointId", str)
ApiKeyId = NewType("ApiKeyId", str)
DeliveryId = NewType("DeliveryId", str)
EmailId = NewType("EmailId", str)
TopicCode = NewType("TopicCode", str)


def id_pattern(prefix: str) -> str:
    """Return the regular expression of the ids that start with `prefix`; OpenAPI shows it."""
    return f"^{prefix}_[0-9a-f]{{32}}$"


def id_form(prefix: str) -> StringConstraints:
    """Return the check of an id from outside; stands in `Annotated` beside the id's type."""
    return StringConstraints(strict=True, pattern=id_pattern(prefix))


# An id as it comes from outside, in a path, a query or a body: another form is 422 with the field.
CityRef = Annotated[CityId, id_form("cty")]
ContactRef = Annotated[ContactId, id_form("con")]
InterestRef = Annotated[InterestId, id_form("int")]
PracticeRef = Annotated[PracticeId, id_form("gpr")]
ProgrammeRef = Annotated[ProgrammeId, id_form("prg")]
ExchangeRef = Annotated[ExchangeId, id_form("exc")]
ApplicationRef = Annotated[ApplicationId, id_form("app")]
RoundRef = Annotated[RoundId, id_form("rnd")]
ProposalRef = Annotated[ProposalId, id_form("prp")]
PairingRef = Annotated[PairingId, id_form("pai")]
ActionRef = Annotated[ActionId, id_form("acn")]
ActivityRef = Annotated[ActivityId, id_form("act")]
ActionItemRef = Annotated[ActionItemId, id_form("itm")]
DelegationRef = Annotated[DelegationId, id_form("dlg")]
DelegateRef = Annotated[DelegateId, id_form("dgt")]
SubscriberRef = Annotated[SubscriberId, id_form("sub")]
EndpointRef = Annotated[EndpointId, id_form("end")]
ApiKeyRef = Annotated[ApiKeyId, id_form("key")]
DeliveryRef = Annotated[DeliveryId, id_form("dlv")]
EmailRef = Annotated[EmailId, id_form("eml")]
TopicRef = Annotated[
    TopicCode, StringConstraints(strict=True, max_length=64, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
]


def new_id(prefix: str) -> str:
    """Return a new id: `new_id("cty")` gives `cty_` and a UUIDv7 in hex. Wrap it in the NewType."""
    return f"{prefix}_{uuid7().hex}"


class EventIds:
    """A source of event ids, one per process: a hybrid logical clock in the form of a UUIDv7.

    Two hosts whose clocks differ may change the same aggregate one after the other; the second says
    which event it saw last, and its own event still sorts after it. Not for use from two threads.

    Source: RFC 9562 section 6.2 method 1 (dedicated counter, here 26 bits, seeded at random with
    its highest bit clear); Kulkarni and others 2014, "Logical Physical Clocks".
    """

    __slots__ = ("_clock", "_counter", "_millisecond")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._millisecond = 0
        self._counter = 0

    def next(self, after: str | None = None) -> str:
        """Return an id greater than `after` and than every id given out before.

        `after` is the id of the aggregate's last event, or None for its first. While the clock
        stands still or runs back, ids go on from the last one.

        Raises:
            ValueError: `after` is not a UUIDv7.
        """
        last = (self._millisecond, self._counter)
        if after is not None:
            last = max(last, _parts(after))
        now = (self._clock.now() - _EPOCH) // _MILLISECOND
        self._millisecond, self._counter = _following(last, now)
        return _text(self._millisecond, self._counter)


def _following(last: tuple[int, int], now: int) -> tuple[int, int]:
    millisecond, counter = last
    if now > millisecond:
        return now, secrets.randbits(_SEED_BITS)
    if counter < _MAX_COUNTER:
        return millisecond, counter + 1
    return millisecond + 1, secrets.randbits(_SEED_BITS)


def _parts(event_id: str) -> tuple[int, int]:
    uuid = UUID(event_id)
    if uuid.version != _VERSION_7 or str(uuid) != event_id:
        raise ValueError("not a UUIDv7 in canonical form")
    number = uuid.int
    rand_a = number >> 64 & 0xFFF
    return number >> 80, rand_a << _RAND_A_SHIFT | number >> _RANDOM_BITS & _LOW_14


def _text(millisecond: int, counter: int) -> str:
    high = millisecond << 16 | _VERSION_7 << 12 | counter >> _RAND_A_SHIFT
    low = _VARIANT << 62 | (counter & _LOW_14) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
    digits = f"{high << 64 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
