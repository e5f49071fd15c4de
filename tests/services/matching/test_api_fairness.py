"""The fairness report over HTTP, counted from what really happened."""

from tests.services.matching.desk import Desk, code, done


async def test_exchange_counts_who_cooperates_and_who_went_without(desk: Desk) -> None:
    exchange, _, partner = await desk.two_and_two()
    left_alone = await desk.city("PT", ("noise", 5, 5))
    await desk.admitted(exchange["id"], left_alone)
    await desk.draft(exchange["id"], await desk.city("PT"))
    pairing = (await desk.published(exchange["id"]))[0]
    for version, side in enumerate(("eu", "partner"), start=1):
        path = f"/v1/pairings/{pairing['id']}/accept"
        done(await desk.officer.change(path, version, {"side": side}))

    found = done(await desk.operator.get(f"/v1/exchanges/{exchange['id']}/fairness"))

    whole = found["whole"]
    assert (whole["applied"], whole["cooperating"], whole["proposed"]) == (5, 2, 2)
    assert (whole["without"], whole["rounds_without"], found["rounds"]) == (1, 1, 1)
    assert found["sentences"][0].startswith("5 applications, 1 published rounds.")
    assert found["pooled_below"] == 3
    assert {each["kind"] for each in found["dimensions"]} == {"side", "country", "size", "topic"}
    assert partner[0] not in str(found)


async def test_city_that_went_without_is_favoured_in_the_next_round(desk: Desk) -> None:
    exchange, eu, _ = await desk.two_and_two()
    rival = await desk.city("PT", ("water", 5, 5))
    await desk.admitted(exchange["id"], rival)
    first = {each["eu_city_id"] for each in await desk.published(exchange["id"])}
    (without,) = {rival, *eu} - first

    path = f"/v1/exchanges/{exchange['id']}"
    version = done(await desk.officer.get(path))["version"]
    rules = {"rules": {"incumbent_points": 0}}
    done(await desk.officer.change(path, version, rules, "PATCH"))
    again = {each["eu_city_id"] for each in await desk.published(exchange["id"], vetoes=())}
    live = await desk.pairings(exchange["id"], status="proposed")

    assert without in {each["eu_city_id"] for each in live}
    assert without in again


async def test_programme_counts_its_exchanges_together(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()
    await desk.published(exchange["id"])

    path = f"/v1/programmes/{exchange['programme_id']}/fairness"
    found = done(await desk.officer.get(path))

    assert (found["name"], found["whole"]["applied"]) == ("Programme", 4)
    assert found["pooled_below"] == 1


async def test_page_is_html_of_the_same_figures(desk: Desk) -> None:
    exchange, _, _ = await desk.two_and_two()

    for path in (
        f"/v1/exchanges/{exchange['id']}/fairness/page",
        f"/v1/programmes/{exchange['programme_id']}/fairness/page",
    ):
        answer = await desk.operator.get(path)
        assert answer.headers["content-type"].startswith("text/html")
        assert "4 applications" in answer.text


async def test_unknown_exchange_and_programme_are_not_found(desk: Desk) -> None:
    exchange, programme = "exc_" + "0" * 32, "prg_" + "0" * 32

    one = await desk.officer.get(f"/v1/exchanges/{exchange}/fairness")
    other = await desk.officer.get(f"/v1/programmes/{programme}/fairness/page")

    assert (code(one), code(other)) == ("exchange_not_found", "programme_not_found")
