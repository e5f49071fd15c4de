"""Rules as data, criteria of applications, and who is eligible, over HTTP."""

import pytest

from services.matching.solver.problem import Rules
from tests.services.matching.desk import Desk, Json, code, done

RULES = {
    "policy": "near_stable",
    "mean": "harmonic",
    "quotas": [
        {"name": "Poland", "of": {"eu_country": "PL"}, "least": 1, "most": 4},
        {"name": "Water", "of": {"topic": "water"}, "most": 3},
    ],
    "min_score": 100_000,
    "avoid_met": True,
}


async def test_rules_come_back_as_they_were_given_with_defaults(desk: Desk) -> None:
    exchange = await desk.exchange(rules=RULES, answer_days=21, rematch="automatic")

    shown = done(await desk.officer.get(f"/v1/exchanges/{exchange['id']}"))

    assert (shown["answer_days"], shown["rematch"]) == (21, "automatic")
    rules = shown["rules"]
    assert (rules["policy"], rules["shape"], rules["incumbent_points"]) == (
        "near_stable",
        "pairs",
        Rules().incumbent_points,
    )
    assert [each["name"] for each in rules["quotas"]] == ["Poland", "Water"]
    assert rules["quotas"][1]["of"]["eu_country"] is None


async def test_rules_are_replaced_as_a_whole(desk: Desk) -> None:
    exchange = await desk.exchange(rules=RULES)
    path = f"/v1/exchanges/{exchange['id']}"

    changed = done(await desk.officer.change(path, 1, {"rules": {"policy": "stable"}}, "PATCH"))
    same = done(await desk.officer.change(path, 2, {"rules": {"policy": "stable"}}, "PATCH"))

    assert (changed["rules"]["policy"], changed["rules"]["quotas"]) == ("stable", [])
    assert same["version"] == 2
    assert await desk.told(exchange["id"]) == ["exchange.opened.v1", "exchange.updated.v1"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rules": {"quotas": [{"name": "A", "least": 2, "most": 1}]}}, "/rules/quotas/0/least"),
        ({"rules": {"quotas": [{"name": "A", "most": -1}]}}, "/rules/quotas/0/most"),
        ({"rules": {"policy": "fairest"}}, "/rules/policy"),
        ({"rules": {"max_learners": 9}}, "/rules/max_learners"),
        ({"rules": {"min_score": 1_000_001}}, "/rules/min_score"),
        ({"rules": {"shape": "trios"}, "max_partners": {"eu": 2}}, "/rules/shape"),
        ({"rules": {"policy": "stable", "quotas": [{"name": "A", "most": 1}]}}, "/rules"),
        ({"answer_days": 0}, "/answer_days"),
        ({"rematch": "sometimes"}, "/rematch"),
        ({"weights": {"novelty": 1}}, "/weights"),
    ],
)
async def test_unfit_rule_is_named(desk: Desk, change: Json, field: str) -> None:
    exchange = await desk.exchange()

    answer = await desk.officer.change(f"/v1/exchanges/{exchange['id']}", 1, change, "PATCH")

    assert answer.status_code == 422
    assert field in [each["field"] for each in answer.json()["errors"]]


async def test_criteria_are_of_the_draft_and_bounded_by_the_exchange(desk: Desk) -> None:
    exchange = await desk.exchange(max_partners={"eu": 2})
    city_id = await desk.city("PT")
    own = desk.coordinator(city_id)
    path = f"/v1/applications/{(await desk.draft(exchange['id'], city_id))['id']}"
    criteria = {"projects": ["water", "water"], "maturity": 3, "prefers": ["CA"], "capacity": 2}

    revised = done(await own.change(path, 1, {"criteria": criteria}, "PATCH"))
    much = await own.change(path, 2, {"criteria": {"capacity": 3}}, "PATCH")
    odd = await own.change(path, 2, {"criteria": {"maturity": 5}}, "PATCH")

    assert revised["criteria"] == {**criteria, "projects": ["water"]}
    assert revised["statement"] == "Yes."
    assert (much.status_code, code(much)) == (422, "application_capacity_exceeded")
    assert (odd.status_code, odd.json()["errors"][0]["field"]) == (422, "/criteria/maturity")


async def test_citys_own_limit_rules_the_round(desk: Desk) -> None:
    exchange = await desk.exchange(max_partners={"eu": 2, "partner": 1})
    city_id = await desk.city("PT", ("water", 5, 5))
    draft = await desk.draft(exchange["id"], city_id)
    path = f"/v1/applications/{draft['id']}"
    own = desk.coordinator(city_id)
    done(await own.change(path, 1, {"criteria": {"capacity": 1}}, "PATCH"))
    done(await own.change(f"{path}/submit", 2))
    done(await desk.officer.change(f"{path}/admit", 3, {}))
    for _ in range(2):
        partner = await desk.city("CA", ("water", 5, 5))
        await desk.admitted(exchange["id"], partner, "partner")

    pairings = await desk.published(exchange["id"])

    assert len(pairings) == 1


async def submitted(desk: Desk, exchange: Json, population: int | None) -> str:
    city_id = await desk.city("PT", population=population)
    path = f"/v1/applications/{(await desk.draft(exchange['id'], city_id))['id']}"
    done(await desk.coordinator(city_id).change(f"{path}/submit", 1))
    return path


THRESHOLDS = [
    {"min_population": 50_000, "kind": "hard"},
    {"min_population": 100_000, "kind": "soft"},
]


@pytest.mark.parametrize(
    ("population", "status", "missed"),
    [
        (120_000, "eligible", []),
        (60_000, "ineligible", [100_000]),
        (40_000, "ineligible", [50_000, 100_000]),
        (None, "ineligible", [50_000, 100_000]),
    ],
)
async def test_assessment_says_which_thresholds_are_missed(
    desk: Desk, population: int | None, status: str, missed: list[int]
) -> None:
    path = await submitted(desk, await desk.exchange(thresholds=THRESHOLDS), population)

    found = done(await desk.officer.change(f"{path}/assess", 2, {}))

    assert found["status"] == status
    assert [each["min_population"] for each in found["findings"]] == missed


async def test_waiver_makes_eligible_but_not_below_a_hard_threshold(desk: Desk) -> None:
    exchange = await desk.exchange(thresholds=THRESHOLDS)
    small = await submitted(desk, exchange, 60_000)
    tiny = await submitted(desk, exchange, 40_000)
    why = {"waiver_reason": "An island."}

    waived = done(await desk.officer.change(f"{small}/assess", 2, why))
    refused = done(await desk.officer.change(f"{tiny}/assess", 2, why))
    admitted = done(await desk.officer.change(f"{small}/admit", 3, {}))

    assert (waived["status"], waived["waivers"][0]["reason"]) == ("eligible", "An island.")
    assert (refused["status"], refused["waivers"]) == ("ineligible", [])
    assert (admitted["status"], len(admitted["waivers"])) == ("admitted", 1)


async def test_ineligible_city_is_neither_admitted_nor_in_reserve_until_it_is_assessed_anew(
    desk: Desk,
) -> None:
    path = await submitted(desk, await desk.exchange(thresholds=THRESHOLDS), 60_000)
    done(await desk.officer.change(f"{path}/assess", 2, {}))

    answers = [
        await desk.officer.change(f"{path}/admit", 3, {"waiver_reason": "An island."}),
        await desk.officer.change(f"{path}/reserve", 3, {"reason": "Full."}),
    ]
    again = done(await desk.officer.change(f"{path}/assess", 3, {"waiver_reason": "An island."}))

    assert [code(each) for each in answers] == ["application_status_unfit"] * 2
    assert again["status"] == "eligible"
