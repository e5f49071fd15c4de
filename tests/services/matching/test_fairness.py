"""The fairness report: sums, pooled small groups, and a page that can be read without seeing it."""

import re
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from services.matching.charts import Bar, Chart, Series, svg
from services.matching.domain.fairness import (
    OTHERS,
    OUTCOMES,
    Fairness,
    Participant,
    report,
    size_class,
)
from services.matching.fairness_page import page
from shared.ids import CityId

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"

participants = st.lists(
    st.builds(
        Participant,
        city_id=st.integers(0, 40).map(lambda n: CityId(f"c{n}")),
        side=st.sampled_from(["eu", "partner"]),
        outcome=st.sampled_from(OUTCOMES),
        country=st.sampled_from([None, "PT", "ES", "MT", "CA"]),
        population=st.none() | st.integers(1, 10_000_000),
        topics=st.lists(st.sampled_from(["water", "waste", "air"]), unique=True).map(tuple),
        submitted_at=st.integers(0, 300).map(lambda days: NOW - timedelta(days=days)),
        partner_at=st.none() | st.just(NOW),
        rounds=st.just(3),
        rounds_without=st.integers(0, 3),
    ),
    max_size=60,
)


@given(participants)
def test_outcomes_sum_to_the_applications_and_groups_to_the_whole(every: list[Participant]) -> None:
    found = report(every, 3, NOW)

    groups = [found.whole, *(each for d in found.dimensions for each in d.groups)]
    assert all(sum(getattr(g, o) for o in OUTCOMES) == g.applied for g in groups)
    for dimension in found.dimensions:
        total = sum(each.applied for each in dimension.groups)
        assert total == len(every) or dimension.kind == "topic"
        assert total >= len(every)


@given(participants)
def test_no_group_but_the_whole_is_smaller_than_three_cities(every: list[Participant]) -> None:
    cities = len({each.city_id for each in every})

    for dimension in report(every, 3, NOW).dimensions[1:]:
        for group in dimension.groups:
            assert group.applied >= min(3, cities)


def test_officers_see_every_group() -> None:
    found = report([_one("c1", "MT"), *(_one(f"c{n}", "PT") for n in range(2, 9))], 1, NOW, small=1)

    (country,) = (each for each in found.dimensions if each.kind == "country")
    assert [(each.name, each.applied) for each in country.groups] == [("PT", 7), ("MT", 1)]


def test_single_small_group_takes_the_next_one_with_it() -> None:
    every = [_one("c1", "MT"), *(_one(f"p{n}", "PT") for n in range(5))]
    every += [_one(f"e{n}", "ES") for n in range(3)]

    (country,) = (each for each in report(every, 1, NOW).dimensions if each.kind == "country")

    assert [(each.name, each.applied) for each in country.groups] == [("PT", 5), (OTHERS, 4)]


def test_size_classes_have_the_thresholds_of_programmes() -> None:
    assert size_class(None) == "unknown"
    assert size_class(49_999) == "below 50,000"
    assert size_class(50_000) == "50,000 to 100,000"
    assert size_class(1_000_000) == "1 million and more"


def test_page_has_a_table_beside_every_plot_and_loads_nothing() -> None:
    html = page("EU & Canada", _report(), {"water": "Water <rivers>"})

    assert html.count("<svg ") == html.count("<table>") == 4
    assert "EU &amp; Canada" in html
    assert "Water &lt;rivers&gt;" in html
    assert not re.search(r"(src|href)=|url\(|<script|@import", html)


def test_plot_names_itself_and_every_value() -> None:
    series = (Series("yes", "#000000"), Series("no", "#ffffff", light=False))
    chart = Chart("c", "Title", "A & B", series, (Bar("x<y", (3, 1)), Bar("none", (0, 0))))

    root = ET.fromstring(svg(chart))  # noqa: S314 - our own text

    labels = root.attrib["aria-labelledby"].split()
    assert root.attrib["role"] == "img"
    assert [root.find(f".//*[@id='{each}']") is not None for each in labels] == [True, True]
    bars = [each for each in root.iter(f"{SVG}rect") if each.find(f"{SVG}title") is not None]
    assert [each.findtext(f"{SVG}title") for each in bars] == ["x<y: yes 3", "x<y: no 1"]
    widths = [float(each.attrib["width"]) for each in bars]
    assert abs(widths[0] - 3 * widths[1]) < 0.5


def _one(city_id: str, country: str) -> Participant:
    submitted = NOW - timedelta(days=10)
    facts = (country, 90_000, ("water",), submitted, None, 1, 1)
    return Participant(CityId(city_id), "eu", "without", *facts)


def _report() -> Fairness:
    return report([_one(f"c{n}", "PT") for n in range(4)], 1, NOW)
