"""Cities of which two records were merged: whoever stands for one is told what it would be told.

Promises: notices keep the id that they were made for, so that they go back when a merge is undone.
"""

from dataclasses import replace

from services.notifications.domain import notices
from services.notifications.domain.copies import CityCopy
from services.notifications.domain.notices import Notice
from services.notifications.store.people import EMAILS, ROSTERS
from services.notifications.usecases.emails import tell_city
from services.notifications.usecases.standing import standing_city
from shared.unit_of_work import Tx


async def follow_merge(tx: Tx, before: CityCopy | None, after: CityCopy) -> None:
    """Carry the open notices to the record that stands for the city, or back to the city itself."""
    former = before.merged_into if before is not None else None
    if former == after.merged_into:
        return
    source = after.id if former is None else (await standing_city(tx, former)).id
    roster = await tx.get(ROSTERS, source)
    if roster is None:
        return
    target = (await standing_city(tx, after.id)).id
    meant = [each for each in roster.notices if former is None or await _is_for(tx, each, target)]
    kept = tuple(each for each in roster.notices if each not in meant)
    tx.put(ROSTERS, replace(roster, notices=kept))
    for notice in notices.open_notices(meant, tx.now):
        if not notice.told:
            tx.delete(EMAILS, notices.email_id(notice.event_id, source))
        await tell_city(tx, notice, target)


async def _is_for(tx: Tx, notice: Notice, city_id: str) -> bool:
    """Tell whether a notice speaks of a city that this one stands for."""
    return city_id in [(await standing_city(tx, each)).id for each in notice.city_ids]
