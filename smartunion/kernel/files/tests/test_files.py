"""Evidence is kept as it was, by what it is, for whoever may see what it belongs to."""

import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django.fixtures import Settings

from smartunion.kernel.files import reads, rules
from smartunion.kernel.files.actions import store
from smartunion.kernel.files.models import File
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, appoint

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


def office(folder: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr(f"{folder}/document.xml", "<x/>")
    return out.getvalue()


@pytest.fixture(autouse=True)
def _own_folder(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept(name: str, content: bytes, by: Person, subject: Person | None = None) -> File:
    upload = SimpleUploadedFile(name, content, content_type="text/html")  # a lie, not asked
    return store(upload=upload, kind="contract", subject=subject, by=by, at=MARCH_5)


@pytest.mark.clause("R032")
@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("采购合同.pdf", PDF, "application/pdf"),
        ("验收单.PNG", PNG, "image/png"),
        ("公示截图.jpeg", b"\xff\xd8\xff\xe0" + b"\0" * 9, "image/jpeg"),
        ("合影.webp", b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        ("名单.csv", "姓名,金额\n林晓梅,200".encode(), "text/plain"),
        ("合同.docx", office("word"), rules.OFFICE[b"word/"]),
        ("台账.xlsx", office("xl"), rules.OFFICE[b"xl/"]),
    ],
)
def test_a_contract_an_acceptance_sheet_and_a_screenshot_are_kept(
    lin: Person, name: str, content: bytes, media_type: str
) -> None:
    file = kept(name, content, lin)
    assert file.media_type == media_type
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert reads.path_of(file.sha256).read_bytes() == content
    assert Entry.objects.get().facts == {"name": name, "sha256": file.sha256}


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", rules.WrongType),
        ("a.pdf", b"  <html><script>alert(1)</script>", rules.WrongType),
        ("a.exe", b"MZ\x90\0\x03", rules.WrongType),
        ("a.zip", office("other"), rules.WrongType),
        ("a.html", PDF, rules.WrongEnding),
        ("a.pdf", PNG, rules.WrongEnding),
        ("a.pdf", b"", rules.Empty),
    ],
)
def test_what_is_not_evidence_is_refused_and_leaves_nothing(
    lin: Person, tmp_path: Path, name: str, content: bytes, refusal: type[rules.Refused]
) -> None:
    with pytest.raises(refusal) as no:
        kept(name, content, lin)
    assert name in str(no.value)
    assert not File.objects.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_file_too_large_is_refused_with_both_sizes(
    lin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", 2**20)
    with pytest.raises(rules.TooLarge, match=r"1\.0 MB，一个文件最多 1 MB"):
        kept("大.pdf", PDF + b"\0" * 2**20, lin)


def test_the_same_content_lies_on_disk_once(lin: Person, mo: Person, tmp_path: Path) -> None:
    assert kept("一.pdf", PDF, lin).sha256 == kept("二.pdf", PDF, mo).sha256
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_name_cannot_lead_out_of_the_folder(lin: Person, tmp_path: Path) -> None:
    assert kept("../../etc/合同.pdf", PDF, lin).name == "合同.pdf"
    assert all(path.is_relative_to(tmp_path) for path in tmp_path.rglob("*"))


def test_what_changed_or_vanished_on_disk_is_found(lin: Person) -> None:
    changed, missing, whole = (kept(f"{n}.pdf", PDF + n, lin) for n in (b"1", b"2", b"3"))
    reads.path_of(changed.sha256).write_bytes(b"other")
    reads.path_of(missing.sha256).unlink()
    assert list(reads.damaged()) == [(changed, "changed"), (missing, "missing")]
    assert whole.pk not in {file.pk for file, _ in reads.damaged()}


def test_a_file_opens_for_its_uploader_and_for_whoever_may_view_files(
    client: Client, lin: Person, mo: Person, wang: Person
) -> None:
    file = kept("采购合同.pdf", PDF, lin)
    address = f"/files/{file.pk}/"
    assert client.get(address).status_code == 302
    appoint(wang, "files.view")
    answers = {}
    for who in (lin, mo, wang):
        client.force_login(who)
        answers[who.username] = client.get(address).status_code
    assert answers == {"lin": 200, "mo": 404, "wang": 200}
    assert client.get("/files/999999/").status_code == 404


def only_himself(person: Person, mandate: Mandate, row_id: int) -> bool:
    return person.pk == row_id


DOORS = {"people.person": only_himself}


def test_the_owner_s_door_decides_even_against_files_view(
    client: Client, settings: Settings, lin: Person, mo: Person, wang: Person
) -> None:
    settings.FILE_DOORS = f"{__name__}.DOORS"
    appoint(wang, "files.view")
    file = kept("体检报告.pdf", PDF, lin, subject=mo)
    assert list(reads.of(mo)) == [file]
    codes = {}
    for who in (mo, wang):
        client.force_login(who)
        codes[who.username] = client.get(f"/files/{file.pk}/").status_code
    assert codes == {"mo": 200, "wang": 404}


def test_a_file_is_shown_without_a_chance_to_run(client: Client, lin: Person) -> None:
    client.force_login(lin)
    shown = client.get(f"/files/{kept('采购合同.pdf', PDF, lin).pk}/")
    assert shown["Content-Disposition"].startswith("inline; filename*=utf-8''%E9%87%87")
    assert shown["Content-Security-Policy"] == "default-src 'none'; sandbox"
    sheet = client.get(f"/files/{kept('台账.xlsx', office('xl'), lin).pk}/")
    assert sheet["Content-Disposition"].startswith("attachment")
    assert sheet.content == office("xl")
