"""A register: who sees what, what a form and a sheet may change, and how it is taken back."""

import io
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook, load_workbook

from smartunion.kernel.people.models import Office, Person, Unit, UnitAlias
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.web import register_actions as actions
from smartunion.kernel.web.models import ImportBatch
from tests.cast import appoint, unit

pytestmark = [pytest.mark.django_db, pytest.mark.urls("smartunion.kernel.web.tests.urls")]


def sheet(*rows: tuple[object, ...]) -> SimpleUploadedFile:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("别名_3月.xlsx", out.getvalue())


HEAD = ("别名", "单位", "读法", "启用")


@pytest.fixture
def officer(client: Client, wang: Person) -> Client:
    """Wang keeps both registers for the whole campus."""
    appoint(wang, "test.units", "test.units.edit", "test.aliases")
    client.force_login(wang)
    return client


def upload(client: Client, *rows: tuple[object, ...], because: str = "3月核对") -> ImportBatch:
    answer = client.post("/aliases/import/", {"file": sheet(*rows), "because": because})
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return ImportBatch.objects.latest("pk")


def test_whoever_has_no_office_for_it_is_told_which_offices_have(
    client: Client, wang: Person, lin: Person
) -> None:
    appoint(wang, "test.units")
    client.force_login(lin)
    answer = client.get("/units/")
    assert answer.status_code == 403
    text = answer.content.decode()
    assert "test.units" in text
    assert "测试岗位" in text
    assert "王建国" in text


def test_reading_is_not_changing(client: Client, wang: Person) -> None:
    appoint(wang, "test.units")
    client.force_login(wang)
    there = unit("B02", "机关工会分会")
    assert client.get("/units/").status_code == 200
    assert client.get("/units/new/").status_code == 403
    assert client.get(f"/units/{there.pk}/").status_code == 200
    form = {"code": "B02", "name": "改了", "kind": "branch", "because": "试"}
    assert client.post(f"/units/{there.pk}/", form).status_code == 403
    assert client.post("/units/import/", {}).status_code == 403
    there.refresh_from_db()
    assert there.name == "机关工会分会"


def test_a_list_asks_the_database_as_often_for_thirty_rows_as_for_one(officer: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            text = officer.get("/aliases/").content.decode()
        assert "机关工会分会" in text
        return len(caught)

    home = unit("B02", "机关工会分会")
    UnitAlias.objects.create(unit=home, name="别名0")
    queries()
    one = queries()
    for i in range(1, 31):
        other = unit(f"X{i:02}", f"第{i}工会分会")
        UnitAlias.objects.create(unit=other, name=f"别名{i}")
    assert queries() == one


def test_search_filters_and_order_work_together(officer: Client) -> None:
    for i, kind in ((1, "branch"), (2, "department"), (3, "branch")):
        name = f"数学{i}工会分会" if kind == "branch" else f"数学{i}处"
        unit(f"M{i}", name, kind)
    text = officer.get("/units/?q=数学&kind=branch&sort=-code").content.decode()
    assert text.index("数学3") < text.index("数学1")
    assert "数学2" not in text
    assert 'aria-sort="descending"' in text
    assert "没有叫「没有这个」的单位" in officer.get("/units/?q=没有这个").content.decode()
    assert officer.get("/units/?sort=password&kind=nonsense&page=99999").status_code == 200


def test_pages_follow_one_another_and_keep_the_search(officer: Client) -> None:
    for i in range(60):
        unit(f"D{i:02}", f"部门{i:02}", "department")
    first = officer.get("/units/?q=部门").content.decode()
    assert "第 1–25 行，共 60 行" in first
    assert "page=2" in first
    assert "部门30" in officer.get("/units/?q=部门&page=2").content.decode()


def test_a_new_row_is_entered_with_its_reason(officer: Client, wang: Person) -> None:
    form = {"code": "D90", "name": "后勤处", "alias": "", "kind": "department"}
    assert "请填写事由" in officer.post("/units/new/", form).content.decode()
    assert not Unit.objects.filter(code="D90").exists()
    officer.post("/units/new/", {**form, "because": "机构调整"})
    entry = Entry.objects.get(what="people.unit_registered")
    assert (entry.by, entry.because) == (wang, "机构调整")
    assert "名称：空 → 后勤处" in entry.facts["changes"]


def test_what_the_table_forbids_is_said_at_its_field(officer: Client) -> None:
    unit("D90", "后勤处", "department")
    form = {"code": "D90", "name": "后勤二处", "kind": "department", "because": "试"}
    text = officer.post("/units/new/", form).content.decode()
    assert "已存在" in text
    assert 'aria-invalid="true"' in text


def stamp_in(text: str) -> str:
    return text.split('name="stamp" value="')[1].split('"', maxsplit=1)[0]


def test_a_row_changed_meanwhile_is_not_overwritten(officer: Client, lin: Person) -> None:
    there = unit("D90", "后勤处", "department")
    page = officer.get(f"/units/{there.pk}/").content.decode()
    form = {"code": "D90", "alias": "", "kind": "department", "stamp": stamp_in(page)}
    first = officer.post(f"/units/{there.pk}/", {**form, "name": "后勤一处", "because": "改名"})
    assert first.status_code == 302
    late = officer.post(f"/units/{there.pk}/", {**form, "name": "后勤二处", "because": "改名"})
    assert late.status_code == 409
    text = late.content.decode()
    assert "王建国" in text
    assert "没有写入" in text
    there.refresh_from_db()
    assert there.name == "后勤一处"
    assert (
        "名称：后勤处 → 后勤一处" in Entry.objects.get(what="people.unit_changed").facts["changes"]
    )


@pytest.fixture
def branch_clerk(client: Client, lin: Person) -> Client:
    """Lin keeps the register of aliases for her own branch only."""
    appoint(lin, "test.aliases", scope=Office.Scope.UNIT)
    client.force_login(lin)
    return client


def test_somebody_elses_row_is_not_found(branch_clerk: Client, lin: Person) -> None:
    own = UnitAlias.objects.create(unit=lin.unit, name="外院分会")
    other = UnitAlias.objects.create(unit=unit("B03", "文学院工会分会"), name="文院分会")
    text = branch_clerk.get("/aliases/").content.decode()
    assert "外院分会" in text
    assert "文院分会" not in text
    assert branch_clerk.get(f"/aliases/{own.pk}/").status_code == 200
    assert branch_clerk.get(f"/aliases/{other.pk}/").status_code == 404
    sheet_text = branch_clerk.get("/aliases/export.csv").content.decode("utf-8-sig")
    assert "文院分会" not in sheet_text


def test_nothing_is_entered_into_another_unit(branch_clerk: Client, lin: Person) -> None:
    other = unit("B03", "文学院工会分会")
    form = {"name": "文院", "unit": other.pk, "reading": "", "because": "试"}
    assert branch_clerk.post("/aliases/new/", form).status_code == 403
    batch = upload(branch_clerk, HEAD, ("文院", "B03", "", None), ("外院", "B01", "", None))
    assert [kept["values"]["name"] for kept in batch.good] == ["外院"]
    assert "不在您任职的单位里" in batch.errors[0]["expected"]


def test_a_wrong_row_names_its_row_its_column_and_what_is_expected(officer: Client) -> None:
    batch = upload(
        officer,
        HEAD,
        ("外院", "B02", "简称", date(2025, 3, 5)),
        ("文院", "不存在", "", "三月五日"),
        (None, "B02", "", None),
        ("理院", "B02", "", "三月"),
        ("外院", "B02", "", None),
    )
    told = [(e["row"], e["column"]) for e in batch.errors]
    assert told == [(3, "单位"), (3, "启用"), (4, "别名"), (5, "启用"), (6, "别名")]
    assert "2025-03-05" in batch.errors[3]["expected"]
    assert "已登记的代码或名称" in batch.errors[0]["expected"]
    assert "第 2 行重复" in batch.errors[4]["expected"]
    assert len(batch.good) == 1
    text = officer.get(f"/aliases/import/{batch.pk}/").content.decode()
    assert "4 行有错，尚未写入" in text
    assert "先写入 1 行" in text


def test_nothing_is_written_before_the_person_says_so(officer: Client) -> None:
    batch = upload(officer, HEAD, ("外院", "B02", "简称", date(2025, 3, 5)))
    assert UnitAlias.objects.count() == 0
    assert officer.post(f"/aliases/import/{batch.pk}/writing/").status_code == 302
    row = UnitAlias.objects.get()
    assert (row.name, row.unit.code, row.since) == ("外院", "B02", date(2025, 3, 5))
    assert Entry.objects.get(what="people.unitalias_registered").facts["batch"] == batch.pk
    again = officer.post(f"/aliases/import/{batch.pk}/writing/")
    assert again.status_code == 409
    assert UnitAlias.objects.count() == 1


def test_a_dropped_import_writes_nothing(officer: Client) -> None:
    batch = upload(officer, HEAD, ("外院", "B02", "", None))
    officer.post(f"/aliases/import/{batch.pk}/dropping/")
    assert officer.post(f"/aliases/import/{batch.pk}/writing/").status_code == 409
    assert UnitAlias.objects.count() == 0


def test_an_import_is_taken_back_as_a_whole(officer: Client) -> None:
    old = UnitAlias.objects.create(
        unit=unit("B02", "机关工会分会"), name="机关", reading="旧", since=date(2024, 1, 1)
    )
    batch = upload(officer, HEAD, ("机关", "B02", "新", None), ("外院", "B02", "", None))
    officer.post(f"/aliases/import/{batch.pk}/writing/")
    old.refresh_from_db()
    assert (old.reading, UnitAlias.objects.count()) == ("新", 2)
    answer = officer.post(f"/aliases/import/{batch.pk}/taking-back/", {"because": "传错了"})
    assert answer.status_code == 302
    old.refresh_from_db()
    assert (old.reading, old.since) == ("旧", date(2024, 1, 1))
    assert UnitAlias.objects.count() == 1
    assert Entry.objects.filter(what="people.unitalias_taken_back").count() == 1
    assert Entry.objects.get(what="web.import_taken_back").because == "传错了"


def test_an_import_with_a_row_changed_since_stays_whole(officer: Client) -> None:
    batch = upload(officer, HEAD, ("机关", "B02", "", None), ("外院", "B02", "", None))
    officer.post(f"/aliases/import/{batch.pk}/writing/")
    UnitAlias.objects.filter(name="机关").update(reading="后来改的")
    answer = officer.post(f"/aliases/import/{batch.pk}/taking-back/", {"because": "传错了"})
    assert answer.status_code == 409
    assert "机关" in answer.content.decode()
    assert UnitAlias.objects.count() == 2


def test_after_a_day_an_import_is_not_taken_back(officer: Client, wang: Person) -> None:
    from .urls import ALIASES

    batch = upload(officer, HEAD, ("机关", "B02", "", None))
    officer.post(f"/aliases/import/{batch.pk}/writing/")
    batch.refresh_from_db()
    assert batch.written_at is not None
    with pytest.raises(actions.CannotTakeBack, match="24 小时"):
        actions.take_back(
            register=ALIASES,
            batch_id=batch.pk,
            by=wang,
            at=batch.written_at + timedelta(hours=24, seconds=1),
            because="晚了",
        )


def test_the_wrong_rows_come_back_as_a_sheet(officer: Client) -> None:
    batch = upload(officer, HEAD, ("文院", "不存在", "", None))
    data = officer.get(f"/aliases/import/{batch.pk}/wrong.xlsx").content
    rows = list(load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(values_only=True))
    assert rows[0] == ("别名", "单位", "读法", "启用", "Excel 行", "怎么改")
    assert rows[1][0] == "文院"
    assert rows[1][4] == 2


def test_what_is_no_sheet_is_refused_in_words(officer: Client) -> None:
    file = SimpleUploadedFile("照片.xlsx", b"not a sheet")
    answer = officer.post("/aliases/import/", {"file": file, "because": "试"})
    assert answer.status_code == 422
    assert "不是能读的 Excel 文件" in answer.content.decode()
    answer = officer.post("/aliases/import/", {"file": sheet(("名字",)), "because": "试"})
    assert answer.status_code == 422
    assert "表头缺少" in answer.content.decode()


def test_the_template_can_be_filled_in_and_read_back(officer: Client) -> None:
    data = officer.get("/aliases/import/template.xlsx").content
    book = load_workbook(io.BytesIO(data))
    assert [cell.value for cell in book.worksheets[0][1]] == list(HEAD)
    assert "怎么填" in book.sheetnames


def test_an_export_begins_no_formula(officer: Client) -> None:
    there = unit("B02", "机关工会分会")
    UnitAlias.objects.create(unit=there, name="=HYPERLINK(1)", reading="+86 123")
    csv = officer.get("/aliases/export.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in csv
    assert "'+86 123" in csv
    cell = load_workbook(io.BytesIO(officer.get("/aliases/export.xlsx").content)).worksheets[0][
        "A2"
    ]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")
    assert officer.get("/aliases/export.exe").status_code == 404


def test_an_export_can_be_imported_again_unchanged(officer: Client) -> None:
    there = unit("B02", "机关工会分会")
    UnitAlias.objects.create(unit=there, name="=机关", reading="旧", since=date(2024, 1, 1))
    batch = upload(officer, HEAD, ("'=机关", "机关工会分会", "旧", "2024-01-01"))
    assert batch.errors == []
    assert batch.good[0]["new"] is False


def test_an_empty_register_says_what_will_appear(officer: Client) -> None:
    text = officer.get("/aliases/").content.decode()
    assert "还没有别名" in text
    assert "登记别名" in text
