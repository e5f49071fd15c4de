"""Groups of cities: what keeps a group from containing itself."""

from collections.abc import Iterable, Mapping

from services.registry.errors import CityMembersCyclic
from shared.ids import CityId


def require_acyclic(
    group: CityId, members: Iterable[CityId], below: Mapping[CityId, tuple[CityId, ...]]
) -> None:
    """Let pass members that don't contain the group; `below` has the members of all below it.

    Raises:
        CityMembersCyclic: 422 `city_members_cyclic`.
    """
    open_, seen = list(members), set[CityId]()
    while open_:
        city_id = open_.pop()
        if city_id == group:
            raise CityMembersCyclic
        if city_id not in seen:
            seen.add(city_id)
            open_.extend(below.get(city_id, ()))
