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

from .test_permissions import SCENE, Everybody, client_of, everybody, scene

__all__ = ["everybody", "scene"]
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


CENTRE = {"psychologist", "psychology_head"}
CHILD = {
    "union_chair", "vice_chair", "executive_vice_chair", "standing_member", "audit_director",
    "welfare_committee_chair", "childcare_worker",
}  # fmt: skip
AID = {
    "union_chair", "vice_chair", "executive_vice_chair", "standing_member", "audit_director",
    "welfare_committee_chair", "welfare_officer", "branch_chair", "branch_member", "finance_clerk",
    "finance_head",
}  # fmt: skip
BY_OFFICE: dict[str, dict[str, set[str]]] = {
    "wellbeing.draft": {}, "wellbeing.avoid": {}, "wellbeing.link": {}, "wellbeing.whom": {},
    "wellbeing.answers": {"assess": CENTRE}, "wellbeing.result": {"assess": CENTRE},
    "wellbeing.talk": {"assess": CENTRE}, "wellbeing.assessment": {"assess": CENTRE},
    "wellbeing.review": {"assess": CENTRE}, "wellbeing.contact": {"assess": CENTRE},
    "crisis.subject": {}, "crisis.call": {}, "crisis.location_ask": {}, "crisis.location": {},
    "crisis.scene": {}, "crisis.referral": {}, "crisis.family": {}, "crisis.report": {},
    "crisis.standdown": {}, "crisis.harm": {},
    "response.position": {}, "safety.incident": {}, "safety.child": {"handle": CHILD},
    "aid.circumstances": {"in their own words": AID}, "aid.account": {"in their own words": AID},
    "aid.verification": {"in their own words": AID}, "aid.visit": {"in their own words": AID},
    "aid.letter": {"in their own words": AID}, "aid.revisit": {"in their own words": AID},
    "disputes.claim": {}, "disputes.minutes": {}, "disputes.agreement": {}, "disputes.letter": {},
}  # fmt: skip
"""Kind -> purpose -> offices, typed by hand from the plan and §4.F. What is not here nobody opens
by office: of a red case it is the part that one has in it (domains/crisis/tests/test_matrix.py)."""

NOT_ONES_OWN = {"wellbeing.result"}
"""The centre explains a result; a person does not read a score alone (§2.2 rule 2)."""


def test_every_office_opens_by_its_office_what_the_table_says_and_nothing_else(
    everybody: Everybody,
) -> None:
    """Every kind of record × every purpose × one person of every office, each tried for real."""
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    assert {kind.code for kind in all_kinds()} == set(BY_OFFICE)
    whose = everybody.people["a_member"]
    for kind in all_kinds():
        about = f"test.matrix:{len(kind.code)}"
        actions.seal(
            about=about, kind=kind.code, data={"x": "一"}, subject=whose, by=None, at=SCENE
        )
        own = {} if kind.code in NOT_ONES_OWN else {"own": {"a_member"}}
        opened = opens(everybody.people, about=about, kind=kind.code, at=SCENE)
        assert opened == BY_OFFICE[kind.code] | own, kind.code


def test_the_log_of_readings_is_the_person_s_own_and_the_glass_is_two_offices(
    everybody: Everybody,
) -> None:
    """Whoever asks for the log of readings sees those of their own records, whatever the office."""
    planning.import_year(year=2025, by=None, at=MARCH_5, because="test")
    whose, kind = everybody.people["a_member"], "wellbeing.talk"
    actions.seal(about="test.log:1", kind=kind, data={}, subject=whose, by=None, at=SCENE)
    actions.open_sealed(
        about="test.log:1", kind=kind, by=everybody.people["psychologist"],
        purpose="assess：准备第三次面谈", at=SCENE,
    )  # fmt: skip
    told = {
        who
        for who, person in everybody.people.items()
        if "准备第三次面谈" in client_of(person).get("/private/").content.decode()
    }
    assert told == {"a_member"}
    may = {
        can: {who for who, mandate in everybody.mandates.items() if mandate.may(can)}
        for can in (glass.BREAKS, glass.REVIEWS)
    }
    assert may == {
        glass.BREAKS: {"union_chair", "psychologist"},
        glass.REVIEWS: {"audit_director", "discipline_officer"},
    }
