"""What each kind of aggregate counts as, read from the plain values of its state."""

from typing import Any, Final

from services.registry.domain.trail import Facts, Manner, Plain


def _city(city: Plain) -> Facts:
    facts = city.get("facts", {})
    named = {name: facts.get(name) for name in ("country", "kind", "illustrative")}
    return {"status": city.get("status")} | named


def _draft(draft: Plain) -> Facts:
    facts = draft.get("facts", {})
    return {"status": draft.get("status"), "country": facts.get("country")}


def _topic(topic: Plain) -> Facts:
    return {"status": "deprecated" if topic.get("replaced_by") else "in_use"}


def _interest(interest: Plain) -> Facts:
    levels = interest.get("levels", {})
    named = {name: levels.get(name) for name in ("seeks", "offers", "illustrative")}
    status = "declared" if interest.get("strength") else "withdrawn"
    return _of_city(interest, status) | {"topic": interest.get("topic")} | named


def _practice(practice: Plain) -> Facts:
    content = practice.get("content", {})
    return _of_city(practice, practice.get("status")) | {
        "topic": list(content.get("topics", ())),
        "illustrative": content.get("illustrative"),
    }


def _contact(contact: Plain) -> Facts:
    status = "erased" if contact.get("erased") else "appointed"
    return _of_city(contact, status) | {"illustrative": contact.get("illustrative")}


def _participation(participation: Plain) -> Facts:
    named = {name: participation.get(name) for name in ("side", "illustrative")}
    exchange = participation.get("exchange_id")
    return _of_city(participation, participation.get("status")) | {"exchange": exchange} | named


def _of_city(state: Plain, status: Any) -> dict[str, Any]:  # noqa: ANN401 - as it is stored
    return {"status": status, "city_id": state.get("city_id")}


CITY: Final = Manner("city", _city, first=False)
CITY_DRAFT: Final = Manner("city_draft", _draft)
TOPIC: Final = Manner("topic", _topic)
INTEREST: Final = Manner("interest", _interest)
PRACTICE: Final = Manner("practice", _practice)
CONTACT: Final = Manner("contact", _contact, values=False)
PARTICIPATION: Final = Manner("participation", _participation, by="matching")
