"""A person, one's own offices and permissions, accounts for outside parties."""

from itertools import groupby

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from smartunion.domains.membership import forms
from smartunion.domains.membership.actions import persons
from smartunion.domains.membership.reads import units
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import grounds_of
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


@page(can="people.view")
def person(request: PersonRequest, *, person_id: int) -> HttpResponse:
    """人员：基本情况、岗位、经过."""
    facts = units.person_facts(
        person_id,
        units=request.mandate.units["people.view"],
        on=campus_day(clock.now()),
    )
    if facts is None:
        raise Http404
    outside = facts.person.kind in {Person.Kind.MERCHANT, Person.Kind.OUTSIDE}
    return show(
        request,
        "membership/person.html",
        {"facts": facts, "may_edit": request.mandate.may("people.edit"), "outside": outside},
    )


@page(can=SIGNED_IN)
def me(request: PersonRequest) -> HttpResponse:
    """我的岗位与权限：我可以做什么，凭什么，到何时."""
    grounds = grounds_of(request.person, on=campus_day(clock.now()))
    groups = [
        (key, list(rows))
        for key, rows in groupby(grounds, key=lambda g: (g.office, g.office_code, g.unit, g.until))
    ]
    return show(request, "membership/me.html", {"groups": groups, "count": len(grounds)})


@page(can="people.edit", methods="GET POST")
def invitation(request: PersonRequest) -> HttpResponse:
    """邀请校外账号：商户、回访公司、会计师事务所……到某一天为止."""
    form = forms.Inviting(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        guest = persons.invite(
            username=given["username"],
            name=given["name"],
            office=given["office"].code,
            unit_id=given["unit"].pk,
            until=given["until"],
            by=request.person,
            at=clock.now(),
            because=given["because"],
        )
        return show(
            request,
            "membership/invited.html",
            {"guest": guest, "link": _first_password_link(request, guest)},
        )
    return show(request, "membership/invitation.html", {"form": form})


@page(can="people.edit", methods="POST")
def password_link(request: PersonRequest, *, person_id: int) -> HttpResponse:
    """发一个设密码的链接: shown once, works once."""
    facts = units.person_facts(
        person_id, units=request.mandate.units["people.edit"], on=campus_day(clock.now())
    )
    if facts is None:
        raise Http404
    persons.give_password_link(person_id=person_id, by=request.person, at=clock.now())
    link = _first_password_link(request, facts.person)
    return show(request, "membership/invited.html", {"guest": facts.person, "link": link})


@page(can="people.edit", methods="POST")
def closing(request: PersonRequest, *, person_id: int) -> HttpResponse:
    """停用校外账号."""
    if not units.persons_in(request.mandate.units["people.edit"]).filter(pk=person_id).exists():
        raise Http404
    persons.close_account(
        person_id=person_id, by=request.person, at=clock.now(), because="经办人停用"
    )
    messages.success(request, "账号今天起不能登录，已有的记录不受影响。")
    return redirect("membership:person", person_id=person_id)


def _first_password_link(request: PersonRequest, guest: Person) -> str:
    """Return the whole address of the page where a person sets their password, once."""
    key = default_token_generator.make_token(guest)
    where = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(guest), "key": key},
    )
    return request.build_absolute_uri(where)
