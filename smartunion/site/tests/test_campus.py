"""Whoever comes through a door of the campus is the person with that staff number, or nobody."""

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from smartunion.kernel.people.models import Person
from smartunion.sandbox.campus import Setup
from smartunion.site.processes import free_port
from tests.bank import wait_until_alive

OIDC, CAS, WECOM = "/accounts/campus/oidc/", "/accounts/campus/cas/", "/accounts/campus/wecom/"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """Open the campus's doors in a process of their own."""
    port = free_port(19_100 + os.getpid() % 800)
    url = f"http://127.0.0.1:{port}/campus"
    process = subprocess.Popen(
        [sys.executable, "-m", "granian", "smartunion.sandbox.campus:from_environment",
         "--factory", "--interface", "asgi", "--port", str(port), "--log-level", "warning"],
        env={**os.environ, "CAMPUS_ISSUER": url},
    )  # fmt: skip
    try:
        wait_until_alive(f"{url}/.well-known/openid-configuration", process)
        yield url
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture
def doors(issuer: str, settings: Any) -> str:
    """Name the doors in the settings, as the environment would."""
    made = Setup(issuer)
    settings.OIDC_ISSUER = issuer
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "oidc",
                    "name": "统一身份认证",
                    "client_id": made.client_id,
                    "secret": made.client_secret,
                    "settings": {"server_url": issuer},
                }
            ],
        }
    }
    settings.CAS_URL = f"{issuer}/cas/"
    settings.WECOM_LOGIN_URL = f"{issuer}/wecom/login"
    settings.WECOM_LOGIN_API = f"{issuer}/wecom/cgi-bin"
    settings.WECOM_CORP_ID, settings.WECOM_SECRET = made.corp_id, made.corp_secret
    return issuer


def there(client: Client, door: str, who: str, **asked: str) -> str:
    """Go to the campus by a door, be somebody there, and return the address that leads back."""
    out = client.get(f"{door}?{urlencode(asked)}" if asked else door)
    assert out.status_code == 302, out.content.decode()
    come = httpx.get(f"{out['Location']}&{urlencode({'as': who})}")
    assert come.status_code == 302, come.text
    back = urlsplit(come.headers["Location"])
    assert back.netloc == "testserver"
    return f"{back.path}?{back.query}"


def through(client: Client, door: str, who: str, **asked: str) -> Any:
    return client.get(there(client, door, who, **asked))


def signed_in_as(client: Client) -> str:
    found = client.session.get("_auth_user_id")
    return Person.objects.get(pk=found).username if found else ""


@pytest.mark.parametrize("door", [OIDC, CAS, WECOM])
def test_a_member_comes_in_by_their_staff_number_and_goes_where_they_wanted(
    client: Client, lin: Person, doors: str, door: str
) -> None:
    answer = through(client, door, "lin", next="/people/me/")
    assert answer.status_code == 302
    assert answer["Location"] == "/people/me/"
    assert signed_in_as(client) == "lin"
    assert not SocialAccount.objects.exists()  # matched anew each time, nothing is kept


@pytest.mark.parametrize("door", [OIDC, CAS, WECOM])
def test_nobody_is_registered_and_no_other_kind_of_account_is_opened(
    client: Client, lin: Person, doors: str, door: str
) -> None:
    Person.objects.create(username="canteen1", name="罗小军", kind=Person.Kind.MERCHANT)
    Person.objects.create(username="gone", name="离职", is_active=False)
    count = Person.objects.count()
    for stranger in ("nobody", "canteen1", "gone"):
        answer = through(client, door, stranger)
        assert answer.status_code == 403
        assert "这里没有您的账号" in answer.content.decode()
        assert signed_in_as(client) == ""
    assert Person.objects.count() == count


@pytest.mark.parametrize("door", [OIDC, CAS, WECOM])
def test_what_leads_back_is_good_once_and_for_the_browser_that_went(
    client: Client, lin: Person, doors: str, door: str
) -> None:
    back = there(client, door, "lin")
    thief = Client()
    if door != CAS:  # a CAS ticket carries no state of the browser
        assert thief.get(back).status_code == 403
        assert signed_in_as(thief) == ""
        back = there(client, door, "lin")
    assert client.get(back).status_code == 302
    again = Client().get(back)
    assert again.status_code == 403
    assert "统一身份认证没有通过" in again.content.decode()


def test_a_cancelled_sign_in_says_so(client: Client, lin: Person, doors: str) -> None:
    out = client.get(OIDC)
    state = parse_qs(urlsplit(out["Location"]).query)["state"][0]
    answer = client.get(f"{OIDC}back/?error=access_denied&state={state}")
    assert answer.status_code == 403
    assert "统一身份认证没有通过" in answer.content.decode()


def test_nobody_ties_an_account_to_the_campus_by_hand(
    client: Client, lin: Person, doors: str
) -> None:
    """allauth would connect a signed-in person to whoever comes; here nobody is connected."""
    client.force_login(lin)
    answer = through(client, OIDC, "lin", process="connect")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("door", [OIDC, CAS, WECOM])
def test_the_second_factor_is_asked_for_here_too(
    client: Client, lin: Person, doors: str, door: str
) -> None:
    totp.TOTP.activate(lin, totp.generate_totp_secret())
    answer = through(client, door, "lin")
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert signed_in_as(client) == ""


@pytest.mark.parametrize("door", [OIDC, CAS, WECOM])
def test_without_a_name_in_the_environment_there_is_no_door(
    client: Client, db: None, door: str
) -> None:
    assert client.get(door).status_code == 404
    assert "统一身份认证" not in client.get("/accounts/login/").content.decode()


def test_the_login_page_shows_the_doors_that_are_named(
    client: Client, db: None, doors: str
) -> None:
    page = client.get("/accounts/login/?next=/people/me/").content.decode()
    assert f'href="{OIDC}?next=/people/me/"' in page
    assert f'href="{CAS}' in page
    assert "企业微信登录" in page


def test_nobody_is_led_out_of_the_house_after_signing_in(
    client: Client, lin: Person, doors: str
) -> None:
    for door in (OIDC, CAS, WECOM):
        answer = through(Client(), door, "lin", next="https://evil.example/")
        assert "evil" not in answer["Location"]
