"""The labelled pairs: what they are said to be, and that they come out the same again."""

import json
from collections import Counter

from benchmarks.duplicate_pairs import MAKERS, PAIRS_FILE
from benchmarks.eval_duplicates import figures_of, judge, read_pairs, scripts_of
from services.registry.places import load_places
from services.registry.reference import shipped_gazetteer


def test_pairs_are_as_many_and_as_hard_as_asked_for() -> None:
    rows = read_pairs()
    labels = Counter(row["label"] for row in rows)

    scripts = scripts_of([judge(row, shipped_gazetteer()) for row in rows[::5]])

    assert len(rows) >= 300
    assert labels["different"] + labels["related"] >= len(rows) / 2
    assert len(scripts) >= 8
    assert len({row["id"] for row in rows}) == len(rows)
    assert all(row["label"] in {"same", "different", "related"} for row in rows)


def test_generated_pairs_come_out_the_same_again() -> None:
    first = MAKERS[0](load_places())

    again = [f"{json.dumps(row, ensure_ascii=False)}\n" for row in first]

    assert PAIRS_FILE.read_text("utf-8").startswith("".join(again))


def test_scores_reach_their_goals_on_both_parts() -> None:
    judged = [judge(row, shipped_gazetteer()) for row in read_pairs()]

    figures = [
        figure
        for part in (False, True)
        for figure in figures_of(str(part), [each for each in judged if each.held_out is part])
    ]

    assert sum(bool(figure.goal) for figure in figures) == 4
    assert [figure.name for figure in figures if not figure.ok] == []
