"""P01–P41: every role of the plan is a post here, or says why it is none."""

import pytest

from smartunion.site.org import founding

ROLES = [
    pytest.param("P01", {"union_chair"}, marks=pytest.mark.clause("P01")),
    pytest.param("P02", {"executive_vice_chair"}, marks=pytest.mark.clause("P02")),
    pytest.param("P03", {"vice_chair"}, marks=pytest.mark.clause("P03")),
    pytest.param("P04", {"audit_director"}, marks=pytest.mark.clause("P04")),
    pytest.param("P05", {"standing_member"}, marks=pytest.mark.clause("P05")),
    pytest.param(
        "P06",
        {
            "committee_chair",
            "welfare_committee_chair",
            "health_committee_chair",
            "growth_committee_chair",
            "democracy_committee_chair",
            "culture_committee_chair",
            "selfbuild_committee_chair",
        },
        marks=pytest.mark.clause("P06"),
    ),
    pytest.param("P07", {"procurement_centre"}, marks=pytest.mark.clause("P07")),
    pytest.param("P08", {"welfare_officer"}, marks=pytest.mark.clause("P08")),
    pytest.param("P09", {"branch_chair", "branch_member"}, marks=pytest.mark.clause("P09")),
    pytest.param("P10", {"branch_asset_manager"}, marks=pytest.mark.clause("P10")),
    pytest.param("P11", {"contact_a"}, marks=pytest.mark.clause("P11")),
    pytest.param("P12", {"contact_b"}, marks=pytest.mark.clause("P12")),
    pytest.param("P13", {"contact_c"}, marks=pytest.mark.clause("P13")),
    pytest.param("P14", {"psychologist", "psychology_head"}, marks=pytest.mark.clause("P14")),
    pytest.param("P15", {"command_centre"}, marks=pytest.mark.clause("P15")),
    pytest.param("P16", {"duty_driver"}, marks=pytest.mark.clause("P16")),
    pytest.param("P17", {"member"}, marks=pytest.mark.clause("P17")),
    pytest.param("P18", set(), marks=pytest.mark.clause("P18")),
    pytest.param("P19", {"congress_delegate"}, marks=pytest.mark.clause("P19")),
    pytest.param("P20", {"congress_executive"}, marks=pytest.mark.clause("P20")),
    pytest.param("P21", {"college_leader"}, marks=pytest.mark.clause("P21")),
    pytest.param("P22", {"college_liaison"}, marks=pytest.mark.clause("P22")),
    pytest.param("P23", set(), marks=pytest.mark.clause("P23")),
    pytest.param("P24", {"mentor"}, marks=pytest.mark.clause("P24")),
    pytest.param("P25", set(), marks=pytest.mark.clause("P25")),
    pytest.param("P26", {"merchant_owner", "merchant_cashier"}, marks=pytest.mark.clause("P26")),
    pytest.param("P27", {"supplier"}, marks=pytest.mark.clause("P27")),
    pytest.param("P28", {"expert"}, marks=pytest.mark.clause("P28")),
    pytest.param("P29", {"finance_head", "finance_clerk"}, marks=pytest.mark.clause("P29")),
    pytest.param("P30", {"audit_office"}, marks=pytest.mark.clause("P30")),
    pytest.param("P31", {"accountant"}, marks=pytest.mark.clause("P31")),
    pytest.param("P32", {"callback_firm"}, marks=pytest.mark.clause("P32")),
    pytest.param("P33", {"discipline_officer"}, marks=pytest.mark.clause("P33")),
    pytest.param("P34", set(), marks=pytest.mark.clause("P34")),
    pytest.param("P35", {"childcare_worker"}, marks=pytest.mark.clause("P35")),
    pytest.param("P36", set(), marks=pytest.mark.clause("P36")),
    pytest.param("P37", set(), marks=pytest.mark.clause("P37")),
    pytest.param(
        "P38",
        {"event_guard", "event_organiser", "survey_hospital", "survey_security", "survey_union"},
        marks=pytest.mark.clause("P38"),
    ),
    pytest.param("P39", {"insurer"}, marks=pytest.mark.clause("P39")),
    pytest.param("P40", {"cadre_school"}, marks=pytest.mark.clause("P40")),
    pytest.param("P41", {"title_office"}, marks=pytest.mark.clause("P41")),
]

ORG = founding.load("offices.yaml")


@pytest.mark.parametrize(("role", "offices"), ROLES)
def test_every_role_of_the_plan_is_a_post_or_says_why_not(role: str, offices: set[str]) -> None:
    assert {row["code"] for row in ORG["offices"] if row.get("role") == role} == offices
    assert (role in ORG["relations"]) == (not offices)


def test_auditors_see_and_never_write() -> None:
    writes = {"plan.edit", "plan.budget", "plan.calendar", "people.edit", "people.appoint"}
    writes |= {"wallet.release", "wallet.merchants", "wallet.points", "assets.keep"}
    for row in ORG["offices"]:
        if row.get("role") in {"P04", "P05", "P20", "P30", "P31", "P32", "P33"}:
            assert not writes & set(row["grants"]), row["code"]


def test_whoever_executes_does_not_decide() -> None:
    """Points are credited and terminals registered in one post, freezings decided in another."""
    deciding = [r["code"] for r in ORG["offices"] if "wallet.release" in r["grants"]]
    assert deciding == ["welfare_committee_chair"]
