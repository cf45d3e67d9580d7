"""The pages of people and branches, as each of the cast sees them."""

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.membership.models import AssetItem
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Appointment, Person, Seat, Unit, UnitAlias
from smartunion.kernel.people.reads import mandate_of
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding

SCENE = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
DAY = date(2025, 12, 19)


@pytest.fixture(autouse=True)
def _scene(founded: founding.Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, str((SCENE - datetime.now(CAMPUS)).total_seconds()))


@pytest.fixture
def as_() -> Callable[[str], Client]:
    def signed_in(username: str) -> Client:
        client = Client()
        client.force_login(Person.objects.get(username=username))
        return client

    return signed_in


def body(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(f"membership:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("R014")
@pytest.mark.clause("R015")
def test_every_member_reads_the_chart(as_: Callable[[str], Client]) -> None:
    page = body(as_("lin"), "chart")
    assert "7 席 = 1+1+4+1" in page
    assert "117 个委员席位，全部有人" in page
    assert "附属学校工会分会" in page
    assert "任命" not in page


@pytest.mark.clause("T17")
def test_the_chart_flags_the_audit_directors_seat(as_: Callable[[str], Client]) -> None:
    page = body(as_("lin"), "chart")
    assert "审查本机构的事项须回避" in page


@pytest.mark.clause("R025")
def test_a_vacant_asset_manager_stands_first_on_the_chart(as_: Callable[[str], Client]) -> None:
    post = Appointment.objects.filter(office__code="branch_asset_manager", unit__code="B05")
    post.update(until=date(2025, 11, 1))
    page = body(as_("qian"), "chart")
    assert "资产管理员空缺：5 席中 1 人必须是资产管理员" in page
    assert "空缺 1 席" in page


@pytest.mark.clause("R020")
def test_an_officer_fills_a_vacant_seat_and_the_trail_knows(as_: Callable[[str], Client]) -> None:
    old = Appointment.objects.get(office__code="branch_asset_manager", unit__code="B01")
    Appointment.objects.filter(pk=old.pk).update(until=date(2025, 11, 1))
    assert old.seat is not None
    address = reverse("membership:appointment", args=[old.seat.pk])
    lin = Person.objects.get(username="lin")
    given = {"person": lin.pk, "since": "2025-12-19", "because": "分会会员大会选举"}
    answer = as_("qian").post(address, given)
    assert answer["Location"] == reverse("membership:unit", args=[old.unit.pk])
    assert mandate_of(lin, on=DAY).may("assets.keep", old.unit.pk)
    assert Entry.objects.order_by("pk").last().because == "分会会员大会选举"
    page = body(as_("qian"), "person", lin.pk)
    assert "任命" in page
    assert "people.appointed" not in page


@pytest.mark.clause("R020")
def test_a_second_seat_on_one_committee_is_answered_with_the_figures(
    as_: Callable[[str], Client],
) -> None:
    seat = Seat.objects.get(unit__code="B01", office__code="branch_asset_manager")
    Appointment.objects.filter(seat=seat).update(until=date(2025, 11, 1))
    chen = Person.objects.get(username="chen")
    answer = as_("qian").post(
        reverse("membership:appointment", args=[seat.pk]) + "?q=chen",
        {"person": chen.pk, "since": "2025-12-19", "because": "选举"},
    )
    assert answer.status_code == 409
    assert "5 席须由 5 人分任" in answer.content.decode()


@pytest.mark.clause("R023")
def test_renaming_to_the_old_label_proposes_the_new_one(as_: Callable[[str], Client]) -> None:
    branch = Unit.objects.get(code="B02")
    address = reverse("membership:renaming", args=[branch.pk])
    answer = as_("qian").post(address, {"name": "机关党委部门工会", "because": "合并"})
    assert answer.status_code == 409
    assert "机关党委工会分会" in answer.content.decode()
    as_("qian").post(address, {"name": "机关党委工会分会", "because": "合并"})
    assert UnitAlias.objects.filter(name="机关工会分会", unit=branch).exists()


@pytest.mark.clause("P09")
def test_a_branch_chair_sees_the_own_branch_only(as_: Callable[[str], Client]) -> None:
    page = body(as_("chen"), "persons", q="林晓梅")
    assert "林晓梅" in page
    assert "莫思齐" not in body(as_("chen"), "persons")
    mo = Person.objects.get(username="mo")
    assert as_("chen").get(reverse("membership:person", args=[mo.pk])).status_code == 404
    assert "莫思齐" in body(as_("qian"), "person", mo.pk)


def test_what_i_may_do_and_why_and_until_when(as_: Callable[[str], Client]) -> None:
    page = body(as_("wang"), "me")
    assert "解除终端冻结、裁定申诉" in page
    assert "到 2030年1月1日（不含）" in page
    assert "B角：A角离岗时才生效" in body(as_("zhou"), "me")
    Appointment.objects.filter(person__username="caller").delete()
    assert "现在没有任何权限" in body(as_("caller"), "me")


@pytest.mark.clause("P26")
def test_an_invited_cashier_gets_a_link_and_no_password(as_: Callable[[str], Client]) -> None:
    given = {
        "office": "merchant_cashier",
        "unit": Unit.objects.get(code="M02").pk,
        "name": "许小红",
        "username": "xuxiaohong",
        "until": "2026-07-01",
        "because": "新收银员",
    }
    answer = as_("qian").post(reverse("membership:invitation"), given)
    assert "/accounts/password/first/" in answer.content.decode()
    guest = Person.objects.get(username="xuxiaohong")
    assert not guest.has_usable_password()
    assert (guest.kind, guest.access_until) == (Person.Kind.MERCHANT, date(2026, 7, 1))


@pytest.mark.clause("R026")
def test_people_money_and_things_are_held_against_each_other(
    as_: Callable[[str], Client],
) -> None:
    gu = Person.objects.get(username="gu")
    AssetItem.objects.create(
        unit=gu.unit,
        number="B01-001",
        name="投影仪",
        cost_fen=380_000,
        bought_on=date(2025, 3, 2),
        document="JZ-2025-031",
        keeper=gu,
    )
    page = body(as_("gu"), "loop")
    assert "1 个分会，1 个对不上" in page
    assert "财：凭证 JZ-2025-031 账上没有" in page
    assert "文学院" not in page
    assert "22 个分会，1 个对不上" in body(as_("zhao"), "loop")


@pytest.mark.clause("R025")
def test_the_asset_manager_registers_for_the_own_branch_only(as_: Callable[[str], Client]) -> None:
    gu, mo = (Person.objects.get(username=name) for name in ("gu", "mo"))
    given = {
        "unit": gu.unit.pk,
        "number": "B01-7",
        "name": "音箱",
        "cost_fen": "860.00",
        "bought_on": "2025-10-08",
        "keeper": gu.pk,
        "because": "文化节用",
    }
    as_("gu").post(reverse("membership:assets_new"), given)
    assert AssetItem.objects.get(number="B01-7").cost_fen == 86_000
    elsewhere = given | {"unit": mo.unit.pk, "number": "B03-7", "keeper": mo.pk}
    assert as_("gu").post(reverse("membership:assets_new"), elsewhere).status_code != 302
    assert not AssetItem.objects.filter(number="B03-7").exists()


@pytest.mark.clause("T17")
def test_only_the_audit_director_records_the_own_recusal(as_: Callable[[str], Client]) -> None:
    seat = Appointment.objects.get(office__code="audit_director")
    address = reverse("membership:recusal", args=[seat.pk])
    given = {"matter": "常委会办公经费审查", "because": "本人为常委"}
    assert as_("zhao").post(address, given).status_code == 403
    assert as_("sun").post(address, given).status_code == 302
    assert "回避「常委会办公经费审查」" in body(as_("lin"), "unit", seat.unit.pk)


@pytest.mark.parametrize("name", ["chart", "offices", "loop", "persons", "assets"])
def test_a_list_asks_as_often_with_many_rows_as_with_few(
    name: str, as_: Callable[[str], Client], django_assert_max_num_queries
) -> None:
    client = as_("qian")
    client.get(reverse(f"membership:{name}"))
    with django_assert_max_num_queries(25):
        client.get(reverse(f"membership:{name}"))
