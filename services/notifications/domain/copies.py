"""What notifications knows of other services' things: copies, fed by their topics.

Topics come in no order between them, so a copy may be needed before it is there. Then an empty one
of version 0 stands in its place and lists in ``waiting`` the e-mails that wait for it; whoever
brings the real one finds them there, in the same document, so that neither can miss the other.
"""

from dataclasses import dataclass
from datetime import date, datetime

from services.notifications.domain.notices import Notice


@dataclass(frozen=True, slots=True)
class ContactCopy:
    """A person in a role for a city; of one who was erased only the id is left."""

    id: str
    version: int = 0
    city_id: str = ""
    name: str = ""
    email: str = ""
    role: str = ""
    language: str = "en"
    starts_on: date | None = None
    ends_on: date | None = None
    successor_id: str | None = None
    erased: bool = False
    waiting: tuple[str, ...] = ()

    def in_role(self, on: date) -> bool:
        """Tell whether the person holds the role on that day, its first and last included."""
        begun = self.starts_on is None or self.starts_on <= on
        ended = self.ends_on is not None and self.ends_on < on
        return self.version > 0 and not self.erased and begun and not ended


@dataclass(frozen=True, slots=True)
class CityCopy:
    """A participating body's name, and the record that stands for it if it was merged."""

    id: str
    version: int = 0
    name: str = ""
    merged_into: str | None = None
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityCopy:
    """What an invitation says of an activity."""

    id: str
    version: int = 0
    title: str = ""
    status: str = "planned"
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    time_zone: str = "UTC"
    place: str | None = None
    calendar: str = ""
    cancelled_reason: str | None = None
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DelegationCopy:
    """Which contacts a city sends to an activity."""

    id: str
    version: int = 0
    activity_id: str = ""
    city_id: str = ""
    status: str = "invited"
    contact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Roster:
    """A city's contacts, and what they are to be told while it is open.

    Every change of a contact writes its city's roster, and so does every notice: that is what keeps
    a contact that comes and a notice that goes out at the same moment from missing each other.
    """

    id: str
    contact_ids: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
