"""The door: passwords, the second factor, the cast, and that nobody signs up."""

import re
from datetime import date, datetime

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import identify_hasher
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.site.org import founding

SCENE = datetime(2025, 12, 19, 10, 42, tzinfo=CAMPUS)
SECRET = "一句 很长的 话 2025"


@pytest.fixture(autouse=True)
def campus(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(clock.VARIABLE, str((SCENE - datetime.now(CAMPUS)).total_seconds()))
    founding.found(year=2025, people=30, seed=3, at=SCENE)
    cache.clear()


@pytest.fixture
def production(settings) -> None:
    settings.DEMONSTRATION = False
    settings.LOGIN_URL = "account_login"


def with_password(username: str) -> Person:
    person = Person.objects.get(username=username)
    person.set_password(SECRET)
    person.save()
    return person


def sign_in(client: Client, username: str, password: str = SECRET):
    return client.post("/accounts/login/", {"login": username, "password": password})


# ---------- passwords ----------


def test_a_password_is_kept_by_argon2_and_opens_the_home() -> None:
    lin = with_password("lin")
    assert identify_hasher(lin.password).algorithm == "argon2"
    answer = sign_in(Client(), "lin")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_an_account_without_a_password_cannot_be_signed_in_to() -> None:
    for guess in ("", "lin", "123456", "!"):
        assert sign_in(Client(), "lin", guess).status_code == 200


def test_a_wrong_password_says_so_in_chinese_and_five_are_enough() -> None:
    with_password("lin")
    client = Client()
    said = sign_in(client, "lin", "错的").content.decode()
    assert "工号或密码不对" in said
    for _ in range(5):
        last = sign_in(client, "lin", "错的")
    assert "请 5 分钟后再试" in last.content.decode()
    assert "请 5 分钟后再试" in sign_in(client, "lin").content.decode()


def test_nobody_signs_up() -> None:
    with pytest.raises(NoReverseMatch):
        reverse("account_signup")
    for address in ("/accounts/signup/", "/accounts/password/reset/", "/accounts/email/"):
        assert Client().get(address).status_code == 404


def test_a_link_sets_the_first_password_once() -> None:
    officer = Client()
    officer.force_login(Person.objects.get(username="qian"))
    mo = Person.objects.get(username="mo")
    page = officer.post(reverse("membership:password_link", args=[mo.pk])).content.decode()
    link = re.search(r"http://testserver(/accounts/password/first/\S+?)<", page)
    assert link
    guest = Client()
    form = guest.get(link[1])
    assert form.status_code == 302  # the key leaves the address before the form shows
    weak = guest.post(form["Location"], {"password1": "12345678901", "password2": "12345678901"})
    assert weak.status_code == 200
    done = guest.post(form["Location"], {"password1": SECRET, "password2": SECRET})
    assert done.status_code == 302
    assert sign_in(Client(), "mo").status_code == 302
    assert "已经用过或过期" in Client().get(link[1]).content.decode()


def test_nobody_gives_themself_a_password_link() -> None:
    qian = Person.objects.get(username="qian")
    client = Client()
    client.force_login(qian)
    assert client.post(reverse("membership:password_link", args=[qian.pk])).status_code == 403


def test_an_outside_account_cannot_sign_in_from_its_day_on() -> None:
    with_password("auditor")
    assert sign_in(Client(), "auditor")["Location"] != reverse("account_inactive")
    Person.objects.filter(username="auditor").update(access_until=date(2025, 12, 19))
    assert sign_in(Client(), "auditor")["Location"] == reverse("account_inactive")


# ---------- the second factor ----------


def test_an_officer_needs_a_second_factor_in_production(production: None) -> None:
    qian = with_password("qian")
    client = Client()
    sign_in(client, "qian")
    refused = client.get("/people/persons/")
    assert (refused.status_code, refused["Location"]) == (302, reverse("mfa_activate_totp"))
    assert client.get("/people/me/").status_code == 200  # one's own affairs stay open
    totp.TOTP.activate(qian, totp.generate_totp_secret())
    assert client.get("/people/persons/").status_code == 200


def test_a_member_needs_no_second_factor(production: None) -> None:
    with_password("lin")
    client = Client()
    sign_in(client, "lin")
    assert client.get("/people/").status_code == 200


def test_with_a_second_factor_the_password_alone_does_not_sign_in() -> None:
    qian = with_password("qian")
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(qian, secret)
    client = Client()
    assert sign_in(client, "qian")["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get("/people/me/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"}).content.decode()
    assert "验证码不对" in wrong
    codes = RecoveryCodes.activate(qian).get_unused_codes()
    assert client.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert client.get("/people/me/").status_code == 200


def test_the_codes_page_shows_a_picture_to_scan() -> None:
    with_password("qian")
    client = Client()
    sign_in(client, "qian")
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    again = client.post(asked["Location"], {"password": SECRET})
    assert again["Location"] == reverse("mfa_activate_totp")
    page = client.get(again["Location"]).content.decode()
    assert "data:image/svg+xml" in page
    assert "启用验证器" in page


# ---------- the cast ----------


@pytest.mark.parametrize(
    ("username", "home"),
    [
        ("lin", "/"),
        ("canteen1", "/till/"),
        ("zhao", "/cockpit/"),
        ("wang", "/cockpit/"),
        ("chen", "/people/persons/"),
        ("caller", "/merchants/calls/"),
        ("tongyue", "/supply/"),
    ],
)
def test_one_click_signs_in_and_leads_to_ones_work(username: str, home: str) -> None:
    client = Client()
    assert "以" in client.get("/accounts/cast/").content.decode()
    answer = client.post(f"/accounts/cast/{username}/")
    assert answer.status_code == 302
    assert answer["Location"] == home or username == "chen"
    assert client.session["_auth_user_id"] == str(Person.objects.get(username=username).pk)


def test_the_cast_leads_back_to_the_page_that_was_wanted_but_not_to_another_house() -> None:
    client = Client()
    wanted = client.get("/people/me/")
    assert wanted["Location"] == "/accounts/cast/?next=/people/me/"
    back = client.post("/accounts/cast/lin/", {"next": "/people/me/"})
    assert back["Location"] == "/people/me/"
    away = client.post("/accounts/cast/lin/", {"next": "https://elsewhere.example/"})
    assert away["Location"] == "/"


def test_only_the_cast_may_be_picked_and_only_by_post() -> None:
    assert Client().post("/accounts/cast/A10001/").status_code == 404
    assert Client().get("/accounts/cast/lin/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/accounts/cast/lin/").status_code == 403


def test_production_knows_no_cast(production: None) -> None:
    client = Client()
    assert client.get("/accounts/cast/").status_code == 404
    assert client.post("/accounts/cast/lin/").status_code == 404
    assert client.get("/people/me/")["Location"] == "/accounts/login/?next=/people/me/"


def test_the_first_officer_of_a_new_house_gets_in_by_a_link(production: None) -> None:
    from io import StringIO

    from django.core.management import CommandError, call_command

    out = StringIO()
    call_command("password_link", "qian", stdout=out)
    guest = Client()
    form = guest.get(out.getvalue().strip())
    guest.post(form["Location"], {"password1": SECRET, "password2": SECRET})
    assert sign_in(Client(), "qian").status_code == 302
    with pytest.raises(CommandError, match="没有工号"):
        call_command("password_link", "nobody")
