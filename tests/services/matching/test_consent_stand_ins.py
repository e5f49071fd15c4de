"""Who steps in from the reserve lists: against every choice that could be made instead."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.stand_ins import (
    Alone,
    StandIns,
    between_reserves,
    is_candidate,
    stand_ins,
)
from services.matching.solver.problem import Pair
from tests.services.matching.problems import city

EU, EU_RESERVES = ("a", "b", "c"), ("r", "s", "t")
PARTNER, PARTNER_RESERVES = ("x", "y", "z"), ("u", "v", "w")
ALL_PAIRS = list(product((*EU, *EU_RESERVES), (*PARTNER, *PARTNER_RESERVES)))
PAIRS = st.sets(st.sampled_from(ALL_PAIRS))


def served(pairs: set[tuple[str, str]], own: tuple[str, ...], others: tuple[str, ...]) -> int:
    """Give how many of ``own`` can be matched with ``others`` at once, by trying everything."""
    if not own:
        return 0
    first, rest = own[0], own[1:]
    without = served(pairs, rest, others)
    return max(
        [without]
        + [
            1 + served(pairs, rest, tuple(it for it in others if it != each))
            for each in others
            if (first, each) in pairs
        ]
    )


def chosen(pairs: set[tuple[str, str]]) -> StandIns:
    fits = pairs.__contains__
    return stand_ins(
        Alone(EU, EU_RESERVES),
        Alone(PARTNER, PARTNER_RESERVES),
        lambda eu, partner: fits((eu, partner)),
    )


@given(PAIRS)
def test_everybody_who_can_be_served_is_and_nobody_steps_in_for_nothing(
    pairs: set[tuple[str, str]],
) -> None:
    found = chosen(pairs)

    among = served(pairs, EU, PARTNER)
    most_eu = served(pairs, EU, PARTNER + PARTNER_RESERVES)
    turned = {(partner, eu) for eu, partner in pairs}
    most_partner = served(turned, PARTNER, EU + EU_RESERVES)
    assert served(pairs, EU, PARTNER + found.partner) == most_eu
    assert served(turned, PARTNER, EU + found.eu) == most_partner
    assert len(found.partner) == most_eu - among
    assert len(found.eu) == most_partner - among


@given(PAIRS)
def test_no_other_choice_of_as_many_has_a_better_place(pairs: set[tuple[str, str]]) -> None:
    found = chosen(pairs)

    size = len(found.partner)
    most = served(pairs, EU, PARTNER + PARTNER_RESERVES)
    fit = [
        each
        for each in combinations(PARTNER_RESERVES, size)
        if served(pairs, EU, PARTNER + each) == most
    ]
    assert found.partner == min(fit, key=lambda each: [PARTNER_RESERVES.index(r) for r in each])


def test_reserves_step_in_on_both_sides_where_a_pair_declined_each_other() -> None:
    pairs = {("a", "u"), ("r", "x"), ("r", "u")}

    found = stand_ins(
        Alone(("a",), ("r",)), Alone(("x",), ("u",)), lambda eu, partner: (eu, partner) in pairs
    )

    assert found == StandIns(eu=("r",), partner=("u",))
    assert between_reserves(found) == (Pair("r", "u"),)


def test_candidate_needs_a_gain_on_both_sides() -> None:
    seeks = city("cty_1", ("water", 3, 0), ("waste", 0, 2))
    offers = city("cty_2", ("water", 0, 3))
    both = city("cty_3", ("water", 0, 3), ("waste", 1, 0))

    assert not is_candidate(seeks, offers)
    assert is_candidate(seeks, both)
