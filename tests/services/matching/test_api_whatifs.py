"""What-ifs over HTTP: solved from stored inputs, kept apart, never published, told to nobody."""

from shared.contracts.registry import InterestDeclaredV1, InterestState
from shared.ids import new_id
from tests.services.matching.desk import Caller, Desk, Json, code, done
from tests.services.matching.test_api_rounds import pairs_of, proposals


async def ask(desk: Desk, base: Json, caller: Caller | None = None, **changes: object) -> Json:
    path = f"/v1/rounds/{base['id']}/what-ifs"
    asked = done(await (caller or desk.officer).create(path, changes), 202)
    await desk.solve_all()
    return done(await desk.officer.get(f"/v1/rounds/{asked['id']}"))


async def test_what_if_shows_the_round_with_a_veto_and_leaves_it_as_it_was(desk: Desk) -> None:
    exchange, eu, partner = await desk.two_and_two()
    base = await desk.round(exchange["id"])
    veto = {"eu_city_id": eu[0], "partner_city_id": partner[0], "reason": "What if not?"}

    made = await ask(desk, base, vetoes=[veto])

    assert (made["kind"], made["status"], made["base_round_id"]) == (
        "what_if",
        "solved",
        base["id"],
    )
    assert (eu[0], partner[0]) not in pairs_of(await proposals(desk, made["id"]))
    assert (made["kept"], made["lost"]) == (1, 1)
    assert done(await desk.officer.get(f"/v1/rounds/{base['id']}")) == base


async def test_what_if_is_solved_from_what_was_known_then(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    base = await desk.round(exchange["id"])
    later = InterestState(id=new_id("int"), city_id=eu[0], topic="air", seeks=5, offers=5)
    await desk.hear(InterestDeclaredV1(state=later))

    made = await ask(desk, base)

    assert made["inputs_sha256"] == base["inputs_sha256"]
    assert made["result_sha256"] == base["result_sha256"]
    assert (made["kept"], made["gained"], made["lost"]) == (2, 0, 0)


async def test_what_if_is_told_to_nobody_and_never_published(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    base = await desk.round(exchange["id"])
    made = await ask(desk, base)

    published = await desk.officer.change(f"/v1/rounds/{made['id']}/publish", made["version"])
    seen = await desk.coordinator(eu[0]).get(f"/v1/rounds/{made['id']}")

    assert await desk.told(made["id"]) == []
    assert code(published) == "round_is_what_if"
    assert code(seen) == "round_not_found"


async def test_what_ifs_are_listed_only_where_asked_for(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    base = await desk.round(exchange["id"])
    made = await ask(desk, base)

    async def listed(**query: str) -> list[str]:
        found = done(await desk.officer.get("/v1/rounds", exchange_id=exchange["id"], **query))
        return [each["id"] for each in found["items"]]

    assert await listed() == await listed(status="solved") == [base["id"]]
    assert await listed(kind="what_if") == await listed(kind="what_if", status="solved")
    assert await listed(kind="what_if") == [made["id"]]


async def test_what_if_with_wrong_weights_is_refused_with_the_field(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    base = await desk.round(exchange["id"])
    path = f"/v1/rounds/{base['id']}/what-ifs"

    answer = await desk.officer.create(path, {"weights": {"mutual": 1}})

    assert code(answer) == "exchange_weights_unbalanced"
    assert answer.json()["errors"][0]["field"] == "/weights"


async def test_what_if_is_for_officers(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    base = await desk.round(exchange["id"])

    answer = await desk.coordinator(eu[0]).create(f"/v1/rounds/{base['id']}/what-ifs", {})

    assert answer.status_code == 403
