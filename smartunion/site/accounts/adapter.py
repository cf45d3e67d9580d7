"""How allauth behaves in this house: nobody signs up, everybody lands where their work is."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, has_access, mandate_of
from smartunion.kernel.procedures.reads import waiting_for
from smartunion.site.accounts.second_factor import EVERYDAY
from smartunion.site.navigation import MENU


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Accounts are given by the union, never taken."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "工号或密码不对。同一工号连错 5 次，要等 5 分钟再试。",
        "too_many_login_attempts": "错得太多了，请 5 分钟后再试。没有锁定账号。",
        "account_inactive": "这个账号已停用，请联系校工会办公室。",
        "incorrect_password": "密码不对，请再输一次。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Say that nobody registers themself: an account comes with the staff number."""
        return False

    def pre_login(self, request: HttpRequest, user: Person, **how: Any) -> HttpResponse | None:
        """Turn away an outside account whose day has come."""
        if not has_access(user, on=campus_day(clock.now())):
            turned_away: HttpResponse = self.respond_user_inactive(request, user)
            return turned_away
        answer: HttpResponse | None = super().pre_login(request, user, **how)
        return answer

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return where the person's work is."""
        assert isinstance(request.user, Person)  # noqa: S101 - just signed in
        return doorstep(request.user)


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]  # allauth brings no types
    """The second factor in the house's words."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "验证码不对。验证码每 30 秒换一次，请用最新的一组。",
        "cannot_generate_recovery_codes": "先启用验证器或通行密钥，才有恢复码。",
    }


def doorstep(person: Person) -> str:
    """Return the first page after signing in: what waits for an officer, else their own page."""
    at = clock.now()
    mandate = mandate_of(person, on=campus_day(at))
    officer = not set(mandate.units) <= EVERYDAY
    if officer and any(one.mine for one in waiting_for(person, at)):
        return reverse("procedures:inbox")
    for can, url_name in (
        ("cockpit.view", "performance:cockpit"),
        ("till.use", "wallet:till"),
        ("procurement.quote", "procurement:supply"),
    ):
        if mandate.may(can) and (url := _address(url_name)):
            return url
    if set(mandate.units) <= EVERYDAY:
        return "/" if mandate.may("home") else reverse("membership:me")
    return _first_page(mandate)


def _first_page(mandate: Mandate) -> str:
    """Return the first entry of the navigation that an officer may open."""
    for item in MENU:
        if item.can not in EVERYDAY and mandate.may(item.can) and (url := _address(item.url_name)):
            return url
    return reverse("membership:me")


def _address(url_name: str) -> str:
    """Return the address of a page, or nothing while that page is not built."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
