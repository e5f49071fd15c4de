"""Pairings from the proposal on, and the actions that they agree on."""

from datetime import date, datetime
from typing import ClassVar, Literal

from shared.contracts.event import Event, State, Topic
from shared.contracts.matching.exchanges import Side

PAIRINGS = Topic("matching.pairing.v1")
ACTIONS = Topic("matching.action.v1")


class PairingState(State):
    """A cooperation of two cities, from the proposal on."""

    exchange_id: str
    proposal_id: str
    eu_city_id: str
    partner_city_id: str
    topics: tuple[str, ...]
    status: Literal[
        "proposed", "accepted_by_one_side", "active", "suspended", "concluded", "dissolved"
    ]
    accepted_by: tuple[Side, ...] = ()
    dissolved_reason: str | None = None
    """Also why it was declined, or `lapsed`."""
    answer_by: datetime | None = None
    """When the answers are due, UTC; None for pairings from before there was a date."""
    time_zone: str | None = None
    """IANA name: ``answer_by`` is 23:59 there."""
    replaces: str | None = None
    """The pairing in whose place this one stands since a partner was replaced."""
    replaced_by: str | None = None
    memorandum: bool | None = None
    """Of a concluded pairing: whether it led to a memorandum of understanding."""


class PairingEvent(Event):
    """Any event of a pairing."""

    TOPIC: ClassVar[Topic] = PAIRINGS
    state: PairingState


class PairingProposedV1(PairingEvent):
    """A pairing awaits the answers of both cities."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.proposed.v1"


class PairingAcceptedV1(PairingEvent):
    """The first of the two cities accepted."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.accepted.v1"


class PairingActivatedV1(PairingEvent):
    """The second city accepted too: the cooperation begins."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.activated.v1"


class PairingDissolvedV1(PairingEvent):
    """A pairing ended before its time, for a reason; a declined proposal ends so too."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.dissolved.v1"


class PairingRemindedV1(PairingEvent):
    """The answer is due soon: cities that have not answered are to be reminded."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.reminded.v1"


class PairingLapsedV1(PairingEvent):
    """The date for the answers passed without both: the pairing is dissolved."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.lapsed.v1"


class PairingSuspendedV1(PairingEvent):
    """An active cooperation pauses."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.suspended.v1"


class PairingResumedV1(PairingEvent):
    """A suspended cooperation goes on."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.resumed.v1"


class PairingConcludedV1(PairingEvent):
    """A cooperation came to its planned end."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.pairing.concluded.v1"


class ActionState(State):
    """One action of a pairing's action plan; comments and evidence stay with matching."""

    pairing_id: str
    exchange_id: str
    owner_city_id: str
    title: str
    topic: str | None = None
    due_on: date | None = None
    """A day in the exchange's time zone, to its end."""
    status: Literal["open", "in_progress", "done", "dropped"]
    item_id: str | None = None
    """The action item of an activity that it comes from."""


class ActionEvent(Event):
    """Any event of an action."""

    TOPIC: ClassVar[Topic] = ACTIONS
    state: ActionState


class ActionAgreedV1(ActionEvent):
    """Two cities agreed on an action."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.action.agreed.v1"


class ActionRevisedV1(ActionEvent):
    """What, who or when of an action changed."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.action.revised.v1"


class ActionMovedV1(ActionEvent):
    """An action's status changed."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.action.moved.v1"


class ActionInheritedV1(ActionEvent):
    """An open action went over to the pairing that replaces its own."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.action.inherited.v1"


class ActionRemindedV1(ActionEvent):
    """An action is due soon: its owner is to be reminded."""

    TYPE: ClassVar[str] = "eu.worldcities.matching.action.reminded.v1"
