"""The open-contracting export against the standard's own schema, and against what it promises."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft4Validator

from smartunion.domains.procurement.actions import clearing
from smartunion.domains.procurement.reads import ocds

from .conftest import Shop

pytestmark = pytest.mark.django_db

SCHEMA = json.loads(
    (Path(__file__).parent / "ocds" / "release-schema-1.1.4.json").read_text(encoding="utf-8")
)


def faults(release: dict[str, Any]) -> list[str]:
    """Return what the standard's schema says against a release."""
    found = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
    return [
        f"{'/'.join(str(p) for p in one.absolute_path)}: {one.message[:120]}"
        for one in found.iter_errors(release)
    ]


def dangling(release: dict[str, Any]) -> set[str]:
    """Return organizations that are referred to and are no party, awards that no contract has."""
    parties = {party["id"] for party in release["parties"]}
    named: set[str] = set()

    def walk(value: Any, key: str = "") -> None:
        if isinstance(value, dict):
            if key in {"buyer", "procuringEntity", "tenderers", "suppliers", "payer", "payee"}:
                named.add(value["id"])
            for inner, part in value.items():
                walk(part, inner)
        elif isinstance(value, list):
            for part in value:
                walk(part, key)

    walk({name: part for name, part in release.items() if name != "parties"})
    awards = {award["id"] for award in release.get("awards", [])}
    contracts = {one["awardID"] for one in release.get("contracts", [])}
    return (named - parties) | (contracts - awards)


@pytest.fixture
def package(shop: Shop) -> dict[str, Any]:
    """A paid purchase, a failed one, one that is open, an emergency, a single source."""
    paid = shop.awarded(甲=92, 乙=98, 丙=101, 丁=146)
    shop.vote(paid)
    shop.signed(paid)
    shop.inspected(paid)
    shop.paid(paid)
    two = shop.announced(("甲", "乙", "丙"), title="两家报价")
    for name in ("甲", "乙"):
        shop.quote(two, name, 90_000_00)
    shop.opened(two)
    clearing.fail(tender_id=two.pk, by=shop.cast["wang"], at=shop.at, because="只有两家")
    shop.announced(("甲", "乙", "丙"), title="还在报价")
    emergency = shop.emergency()
    shop.three_sign(emergency)
    shop.signed(emergency)
    shop.later(minutes=1)
    return ocds.package(at=shop.at, uri="https://union.example/ocds.json")


def test_every_release_is_valid_by_the_standard_s_own_schema(package: dict[str, Any]) -> None:
    assert len(package["releases"]) == 4
    for release in package["releases"]:
        assert faults(release) == []
        assert dangling(release) == set()


def test_the_validator_would_notice(package: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(package["releases"][0]))
    broken["tender"]["procurementMethod"] = "比选"
    broken["date"] = 7
    del broken["ocid"]
    assert len(faults(broken)) == 3
    broken["parties"] = broken["parties"][:1]
    assert dangling(broken)


def test_the_package_has_what_the_standard_asks_of_a_package(package: dict[str, Any]) -> None:
    assert {"uri", "version", "publishedDate", "publisher", "releases"} <= set(package)
    assert package["version"] == "1.1"
    ocids = [release["ocid"] for release in package["releases"]]
    assert len(set(ocids)) == len(ocids)
    assert all(ocid.startswith(ocds.PREFIX) for ocid in ocids)


def test_it_says_how_each_purchase_went(package: dict[str, Any]) -> None:
    paid, failed, quoting, emergency = package["releases"]
    assert paid["tag"] == ["planning", "tender", "award", "contract"]
    assert paid["awards"][0]["value"] == {"amount": 92_000, "currency": "CNY"}
    assert paid["contracts"][0]["implementation"]["transactions"][0]["value"]["amount"] == 92_000
    assert paid["tender"]["numberOfTenderers"] == 4
    assert failed["tender"]["status"] == "unsuccessful"
    assert "awards" not in failed
    assert quoting["tender"]["status"] == "active"
    assert "bids" not in quoting
    assert emergency["tender"]["procurementMethod"] == "direct"


def test_who_did_not_win_stands_under_a_letter(package: dict[str, Any], shop: Shop) -> None:
    told = json.dumps(package["releases"][0], ensure_ascii=False)
    for loser in ("乙", "丙", "丁"):
        code = shop.suppliers[loser].credit_code
        assert code not in told
    assert shop.suppliers["甲"].credit_code in told
    named = ocds.package(at=shop.at, uri="https://union.example/", named=True)
    assert shop.suppliers["乙"].credit_code in json.dumps(named)


def test_anybody_may_fetch_it(package: dict[str, Any]) -> None:
    answer = Client().get("/public/procurement/ocds.json")
    assert answer.status_code == 200
    assert len(json.loads(answer.content)["releases"]) == 4
