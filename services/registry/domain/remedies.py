"""What to do about a row that was not taken, in words for who has the spreadsheet open."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_REMEDIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "city_exists": "Put the id of that record into the column id to correct it, or, if it is "
        "another city, give this row the geonames_id of its own place.",
        "city_ambiguous": "Put the id of the right record into the column id.",
        "city_not_found": "Leave the column id empty to register a new city.",
        "city_facts_missing": "Fill in name and country, or a geonames_id that the register knows.",
        "city_members_unknown": "List ids of registered cities only; import the members first.",
        "city_members_cyclic": "Take the member out that contains this group.",
        "city_population_summed": "Leave the population of a group empty: its members' is added.",
        "city_year_alone": "Give the population of that year, or leave the year empty.",
        "city_code_malformed": "Look the code up at Eurostat, or leave the cell empty.",
        "city_status_differs": "Use the register's own command to change it, and leave the cell as "
        "it was.",
        "city_fact_fixed": "Leave the cell as it was; a record for another body needs a row without"
        " id.",
        "city_withdrawn": "Reinstate the city first, then import the row again.",
        "city_suspended": "Reinstate the city first, then import the row again.",
        "city_merged": "Use the id of the record that stands for it.",
        "row_malformed": "Save the file again as UTF-8 from the program that made it.",
        "row_too_long": "Check for a quotation mark that is never closed.",
        "cells_too_many": "Put text that contains the separator between quotation marks.",
        "geometry_unfit": "Give a Point with longitude and latitude, or null.",
        "extra_forbidden": "Take the column out, or correct its name.",
        "position_half": "Give both latitude and longitude, or neither.",
    }
)
_ANY: Final = "Correct the value; the list of columns says what each may hold."


def remedy_for(code: str) -> str:
    """Say what to do about a fault with this code."""
    return _REMEDIES.get(code, _ANY)
