"""The detectors without a database: what they find, where they stop, how often they cry wolf."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from smartunion.domains.merchants.rules.detectors import RULES, Detector, detect
from smartunion.domains.merchants.rules.terms import Terms, terms_of
from smartunion.domains.planning import rules as planning_rules
from smartunion.kernel.base.days import CAMPUS
from smartunion.site import play
from smartunion.site.play import people as crowd
from smartunion.site.play.campus import moment
from smartunion.site.play.people import Shop

PLAN = Path(planning_rules.__file__).parents[1] / "plans/2025/terms.yaml"
TERMS: Terms = terms_of(
    {
        each["key"]: each["value"]
        for each in yaml.safe_load(PLAN.read_text(encoding="utf-8"))["terms"]
        if each["group"] == "risk" or each["key"] == "callback_percent"
    }
)


@dataclass(frozen=True)
class Bought:
    """A purchase as a detector sees it."""

    id: int
    payer: int
    merchant: int
    terminal: int
    at: datetime
    fen: int


MONDAY = datetime(2025, 3, 10, 12, tzinfo=CAMPUS)


def test_the_four_of_a_pattern_are_found_and_one_below_each_line_is_not() -> None:
    """Each rule at its line: one purchase, one fen or one minute less and it is silent."""
    t = TERMS

    def night(count: int, minute: int = 0) -> list[Bought]:
        late = datetime(2025, 3, 10, 23, minute, tzinfo=CAMPUS)
        return [Bought(n, n, 1, 1, late + timedelta(minutes=n), 990) for n in range(count)]

    def split(fen: int) -> list[Bought]:
        return [Bought(n, 1, 1, 1, MONDAY + timedelta(hours=n), fen) for n in range(t.split_count)]

    def even(count: int) -> list[Bought]:
        return [
            Bought(n, n, 1, 1, MONDAY + timedelta(days=n), t.round_step_fen) for n in range(count)
        ]

    def ring(minutes: float, days: int) -> list[Bought]:
        return [
            Bought(
                day * 10 + who, who, 1, 1,
                MONDAY + timedelta(days=day, minutes=minutes * who),
                t.ring_fen // (days * t.ring_members) + 1,
            )
            for day in range(days)
            for who in range(t.ring_members)
        ]  # fmt: skip

    def pair(fen: int) -> list[Bought]:
        return [Bought(n, 1, 1, 1, MONDAY + timedelta(days=n), fen) for n in range(3)]

    found = {
        Detector.NIGHT: (night(t.night_count), night(t.night_count - 1)),
        Detector.SPLIT: (split(-(-t.split_fen // 3)), split(t.split_fen // 3 - 1)),
        Detector.ROUND: (even(t.round_count), even(t.round_count - 1)),
        Detector.PAIR: (pair(t.pair_fen // 3), pair(t.pair_fen // 3 - 1)),
        Detector.RING: (ring(t.ring_minutes, t.ring_days), ring(t.ring_minutes + 0.01, 4)),
    }
    for detector, (over, under) in found.items():
        assert [hit.detector for hit in RULES[detector](over, t)] == [detector], detector
        assert RULES[detector](under, t) == [], detector
    assert RULES[Detector.RING](ring(1, t.ring_days - 1), t) == []
    morning = [replace(one, at=one.at + timedelta(hours=7)) for one in night(9)]
    assert RULES[Detector.NIGHT](morning, t) == []


some = st.builds(
    Bought,
    id=st.integers(1, 10**6),
    payer=st.integers(1, 5),
    merchant=st.integers(1, 2),
    terminal=st.integers(1, 2),
    at=st.integers(0, 3 * 24 * 60).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
    fen=st.sampled_from([990, 3400, 5000, 10_000]),
)
months = st.lists(some, max_size=40, unique_by=lambda one: one.id).map(
    lambda rows: [replace(one, terminal=one.merchant) for one in rows]
)
EAGER = replace(TERMS, round_count=3, ring_days=2, ring_minutes=30, ring_fen=10_000)


@settings(max_examples=150, deadline=None)
@given(months, st.randoms())
def test_a_hit_stands_on_its_own_rows_in_whatever_order_they_come(rows: Any, luck: Any) -> None:
    """Given these rows alone the rule finds it again; its sums are theirs; nobody is named."""
    hits = detect(rows, EAGER)
    mixed = list(rows)
    luck.shuffle(mixed)
    assert detect(mixed, EAGER) == hits
    by_id = {one.id: one for one in rows}
    for hit in hits:
        own = [by_id[pk] for pk in hit.rows]
        assert {one.merchant for one in own} == {hit.merchant}
        assert {one.payer for one in own} == set(hit.payers)
        assert sum(one.fen for one in own) == hit.fen
        again = {one.key: one.rows for one in RULES[hit.detector](own, EAGER)}
        assert again[hit.key] == hit.rows
    assert len({(hit.detector, hit.key) for hit in hits}) == len(hits)


def a_played_year() -> tuple[dict[date, list[Bought]], list[dict[str, Any]]]:
    """Return what 300 people buy in the played year with its schemes: the crowd's own numbers."""
    here = Path(play.__file__).parent
    shops_told = yaml.safe_load((here / "merchants.yaml").read_text(encoding="utf-8"))
    schemes = yaml.safe_load((here / "2025.yaml").read_text(encoding="utf-8"))["schemes"]
    kinds = shops_told["kinds"]
    shops = [
        Shop(
            each["code"], kinds[each["kind"]]["category"], each["weight"],
            tuple(kinds[each["kind"]]["hours"].items()), kinds[each["kind"]]["low_fen"],
            kinds[each["kind"]]["high_fen"],
        )
        for each in shops_told["merchants"]
    ]  # fmt: skip
    tills = {each["code"]: kinds[each["kind"]].get("tills", 1) for each in shops_told["merchants"]}
    year: dict[date, list[Bought]] = {}
    number = 0
    for month in (date(2025, n, 1) for n in range(3, 12)):
        days = [month + timedelta(days=n) for n in range(6, 28)]
        rows = year.setdefault(month, [])
        staged = {who for one in schemes if one["month"] == month.month for who in one["people"]}
        for person in set(range(300)) - staged:
            if not crowd.uses_wallet(2025, person, month, share=1.0):
                continue
            for visit in crowd.visits_of(
                2025, person, month, shops=shops, purse_fen=20_000, days=days,
                is_working=lambda day: day.weekday() < 5,
            ):  # fmt: skip
                number += 1
                luck = crowd.random_of(2025, "till", number)
                merchant = int(visit.shop[1:])
                till = merchant * 10 + luck.randrange(tills[visit.shop])
                rows.append(Bought(number, person, merchant, till, visit.at, visit.total_fen))
        for one in (each for each in schemes if each["month"] == month.month):
            for day in one["days"]:
                at = moment(month.replace(day=day), one["at"])
                for who in one["people"]:
                    for _ in range(one.get("times", 1)):
                        number += 1
                        merchant, fen = int(one["shop"][1:]), round(one["yuan"] * 100)
                        rows.append(Bought(number, who, merchant, merchant * 10, at, fen))
                        at += timedelta(minutes=one["apart"])
    return year, schemes


@pytest.mark.clause("R059")
def test_the_planted_schemes_are_found_and_hardly_anything_else() -> None:
    """One scheme of each kind in a year of 300 people; false hits are counted, not guessed."""
    year, schemes = a_played_year()
    planted = {(one["rule"], one["month"]): int(one["shop"][1:]) for one in schemes}
    assert {rule for rule, _ in planted} == {rule.value for rule in RULES}
    staged = {
        (month.month, one.id)
        for month, rows in year.items()
        for one in rows
        for each in schemes
        if each["month"] == month.month and one.payer in each["people"]
    }
    found, false = set(), []
    for month, rows in year.items():
        for hit in detect(rows, TERMS):
            key = (hit.detector.value, month.month)
            if planted.get(key) == hit.merchant:
                found.add(key)
            if not {(month.month, pk) for pk in hit.rows} & staged:
                false.append((key, hit.words))
    purchases = sum(len(rows) for rows in year.values())
    assert found == set(planted)
    assert false == [], "of some 19,000 purchases"
    assert purchases > 15_000
