"""What a page answers when it does not answer: refused, forbidden, missing, broken; type size."""

from typing import cast

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.test import Client, RequestFactory

from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.web.menu import Group, Item, tree
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest
from smartunion.kernel.web.security import POLICY
from tests.cast import appoint

pytestmark = pytest.mark.django_db


def test_a_refusal_is_shown_in_the_face_of_its_page(client: Client, lin: Person) -> None:
    client.force_login(lin)
    answer = client.get("/parts/refusing/")
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "本月只能再划 50.00 元" in text
    assert 'data-face="desk"' in text


def test_a_refused_part_goes_to_the_head_of_the_page_it_came_from(
    client: Client, lin: Person
) -> None:
    client.force_login(lin)
    answer = client.get("/parts/refusing/", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#refusal"
    assert b"<html" not in answer.content


def test_a_part_asked_for_after_the_session_ended_sends_to_the_login(client: Client) -> None:
    answer = client.get("/me/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith(resolve_url(settings.LOGIN_URL))


def test_whoever_has_not_signed_in_comes_back_after_the_login(client: Client) -> None:
    answer = client.get("/me/")
    assert answer.status_code == 302
    assert answer["Location"] == f"{resolve_url(settings.LOGIN_URL)}?next=/me/"


def test_the_larger_type_holds_on_every_face(client: Client, lin: Person) -> None:
    client.force_login(lin)
    assert 'data-size=""' in client.get("/me/").content.decode()
    answer = client.post("/size/", {"size": "elder", "next": "/me/"})
    assert answer["Location"] == "/me/"
    for face in ("desk", "phone", "till", "board", "public"):
        assert 'data-size="elder"' in client.get(f"/parts/{face}/").content.decode()
    client.post("/size/", {"size": "", "next": "/me/"})
    assert 'data-size=""' in client.get("/me/").content.decode()


def test_the_size_switch_sends_nobody_away(client: Client) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert client.post("/size/", {"next": elsewhere})["Location"] == "/"
    client.cookies["size"] = '"><script>'
    assert '"><script>' not in client.get("/nothing/").content.decode()


def test_only_its_own_scripts_run_on_a_page(client: Client, lin: Person) -> None:
    client.force_login(lin)
    for face in ("desk", "phone", "till", "board", "public"):
        answer = client.get(f"/parts/{face}/")
        assert answer["Content-Security-Policy"] == POLICY
    assert "script-src 'self';" in POLICY


def test_an_address_of_a_button_opened_by_itself_says_so(client: Client, lin: Person) -> None:
    """As after a new sign-in, which leads back to where a form was sent."""
    for who in (None, lin):
        if who:
            client.force_login(who)
        answer = client.get("/size/", headers={"Referer": "http://testserver/me/"})
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
        text = answer.content.decode()
        assert "这个地址不能直接打开，什么都没有改动" in text
        assert 'href="http://testserver/me/"' in text
    part = client.get("/size/", headers={"HX-Request": "true"})
    assert part.status_code == 405
    assert part["HX-Retarget"] == "#refusal"
    assert b"<html" not in part.content


def test_who_may_not_is_told_so_before_how(client: Client, lin: Person) -> None:
    """The wrong method tells nobody that an address exists which they may not use."""
    client.force_login(lin)
    assert client.get("/plan/2025/adoption/").status_code == 403
    client.logout()
    assert client.get("/plan/2025/adoption/").status_code == 302


def test_errors_are_told_in_chinese(client: Client, lin: Person) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/size/", {"size": "elder"})
    assert answer.status_code == 403
    assert "页面放得太久" in answer.content.decode()
    assert "没有这一页" in client.get("/nothing/").content.decode()


def test_a_crash_is_told_without_the_stack(client: Client, lin: Person, monkeypatch) -> None:
    from smartunion.kernel.web import gallery

    def crash(*args: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(gallery, "_context", crash)
    client.force_login(lin)
    client.raise_request_exception = False
    answer = client.get("/parts/")
    assert answer.status_code == 500
    assert "系统出错" in answer.content.decode()
    assert "secret detail" not in answer.content.decode()


def test_the_navigation_shows_only_what_the_mandate_opens(wang: Person) -> None:
    welfare = Group("六大工程", "heart-handshake", "暖心福利", "福利")
    menu = [
        Item(Group(""), "home", "首页", "首页", "web:me", SIGNED_IN),
        Item(welfare, "store", "商户名册", "商户", "web:parts", "test.merchants"),
        Item(Group("公共"), "x", "还没有的页", "没有", "nowhere:page", SIGNED_IN),
    ]
    request = cast(PersonRequest, RequestFactory().get("/parts/phone/"))
    request.mandate = Mandate({})
    assert [n["label"] for p in tree(menu, request) for n in p["nodes"]] == ["首页"]
    request.mandate = Mandate({"test.merchants": None})
    parts = tree(menu, request)
    assert [p["title"] for p in parts] == ["", "六大工程"]
    fold = parts[1]["nodes"][0]
    assert (fold["label"], fold["here"]) == ("暖心福利", True)
    assert [(i["label"], i["here"]) for i in fold["inner"]] == [("商户名册", True)]


def test_a_search_finds_only_what_may_be_opened(client: Client, lin: Person, wang: Person) -> None:
    client.force_login(lin)
    text = client.get("/search/?q=王建国").content.decode()
    assert "没有找到" in text
    assert "我的" in client.get("/search/?q=我的").content.decode()
    appoint(lin, "people.view")
    assert "机关工会分会" in client.get("/search/?q=王建国").content.decode()
    assert "<script>x" not in client.get("/search/?q=<script>x").content.decode()


def test_the_device_keeps_only_the_offline_page(client: Client) -> None:
    worker = client.get("/sw.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker.content.decode().count("/offline/") == 1
    assert "没有网络" in client.get("/offline/").content.decode()
