"""The words of an e-mail, from a template per kind and language.

Promises: what people or cities wrote is text in our e-mails, never a template and never a header;
times are in the zone of the place, as people there write them.
"""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date, format_time
from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.domain.copies import ActivityCopy
from services.notifications.domain.letters import Letter, Written
from services.notifications.domain.notices import Email

_TEMPLATES = Path(__file__).parent / "templates"
_SUBJECT_CHARS = 150
# Mail programs show about 70; a header line holds 998. Source: RFC 5322 section 2.1.1.
_ENVIRONMENT = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=False,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def write(letter: Letter) -> Written:
    """Return the e-mail's words; the first line of a template is its subject."""
    language = letter.language
    template = _ENVIRONMENT.get_template(f"{language}/{letter.email.kind}.txt")
    subject, _, text = template.render(_words(letter, language)).partition("\n")
    return Written(
        recipient=letter.contact.email,
        language=language,
        subject=_one_line(subject)[:_SUBJECT_CHARS],
        text=text.lstrip("\n"),
    )


def _words(letter: Letter, language: str) -> dict[str, object]:
    own = letter.contact.city_id
    names = {city.id: city.name for city in letter.cities}
    others = [name for id_, name in names.items() if id_ != own]
    words: dict[str, object] = {
        "name": _one_line(letter.contact.name),
        "city": _one_line(names.get(own, "")),
        "partner": _one_line(", ".join(others)),
        "due": _due(letter.email, language),
        "action": _one_line(letter.email.title or ""),
    }
    return words | (_activity_words(letter.activity, language) if letter.activity else {})


def _due(email: Email, language: str) -> str:
    """Give the day, and the zone where the end of the day is meant there; empty without one."""
    if email.due is None:
        return ""
    day = format_date(email.due.on, format="long", locale=language)
    return f"{day} ({email.due.time_zone})" if email.due.time_zone else day


def _activity_words(activity: ActivityCopy, language: str) -> dict[str, object]:
    return {
        "title": _one_line(activity.title),
        "place": _one_line(activity.place or ""),
        "when": _when(activity, language),
        "reason": _one_line(activity.cancelled_reason or ""),
    }


def _when(activity: ActivityCopy, language: str) -> str:
    if activity.starts_at is None or activity.ends_at is None:
        return ""
    zone = _zone(activity.time_zone)
    starts, ends = activity.starts_at.astimezone(zone), activity.ends_at.astimezone(zone)
    first = f"{_day(starts, language)}, {_hour(starts, language)}"
    same_day = starts.date() == ends.date()
    last = _hour(ends, language) if same_day else f"{_day(ends, language)}, {_hour(ends, language)}"
    return f"{first} \N{EN DASH} {last} ({zone.key})"


def _day(moment: datetime, language: str) -> str:
    return format_date(moment, format="full", locale=language)


def _hour(moment: datetime, language: str) -> str:
    return format_time(moment, format="short", locale=language, tzinfo=moment.tzinfo)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
