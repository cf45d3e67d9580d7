"""Every kind of sealed record of the house says who opens it for what, and how long it is kept."""

from datetime import date

import pytest

from smartunion.domains.planning import public as planning
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions, glass
from smartunion.kernel.private.define import Sort
from smartunion.kernel.private.registry import UNITS
from smartunion.site import wiring
from smartunion.site.org import founding
from tests.cast import MARCH_5
from tests.privacy import all_kinds, nowhere_in_clear, opens, permissions_of

KINDS = pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.code)
NOTHING_IN_CLEAR = ("system_keeper", "audit_office", "accountant", "merchant_owner", "supplier")
"""Offices that open no sealed record of any kind, for no purpose, in no emergency."""


def grants() -> dict[str, set[str]]:
    rows = founding.load("offices.yaml")
    own = {row["code"]: set(row["grants"]) for row in rows["offices"]}
    return {
        row["code"]: own[row["code"]] | own.get(row.get("within", ""), set())
        for row in rows["offices"]
    }


@KINDS
def test_every_purpose_is_granted_by_some_office(kind) -> None:
    granted = set().union(*grants().values())
    assert permissions_of(kind) <= granted, "a misspelt permission opens nothing"


@KINDS
def test_every_kind_is_kept_by_a_term_of_the_plan_year(db, kind) -> None:
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    terms = wiring.private_terms(date(2025, 3, 5)) or {}
    assert [unit for unit in UNITS if f"{kind.keeps}_{unit}" in terms] != []


@KINDS
def test_whoever_runs_or_audits_the_system_opens_nothing(kind) -> None:
    for office in NOTHING_IN_CLEAR:
        assert not grants()[office] & (permissions_of(kind) | {glass.BREAKS}), office


@KINDS
def test_what_is_of_the_mind_opens_to_no_leader_by_office(kind) -> None:
    """The chair sees counts; in an emergency there is the glass, and its review."""
    if kind.sort is Sort.MIND:
        for office in ("union_chair", "executive_vice_chair", "branch_chair", "branch_member"):
            assert not grants()[office] & permissions_of(kind), office


def test_whoever_breaks_the_glass_does_not_review_it() -> None:
    both = [code for code, has in grants().items() if {glass.BREAKS, glass.REVIEWS} <= has]
    assert both == []


def test_the_helper_tries_for_real_and_leaves_nothing_behind(
    organization: dict[str, Person],
) -> None:
    lin = organization["lin"]
    actions.seal(
        about="aid.application:1", kind="aid.account", data={"number": "6217-0000-1234"},
        subject=lin, by=lin, at=MARCH_5,
    )  # fmt: skip
    given = {name: organization[name] for name in ("lin", "li", "mo", "root")}
    opened = opens(given, about="aid.application:1", kind="aid.account", at=MARCH_5)
    assert opened == {"own": {"lin"}, "in their own words": {"li"}}
    from smartunion.kernel.private.reads import accesses

    assert accesses("aid.application:1") == []
    assert nowhere_in_clear("6217-0000-1234") == []
    assert nowhere_in_clear("外国语学院工会分会") != [], "it finds what is there"
