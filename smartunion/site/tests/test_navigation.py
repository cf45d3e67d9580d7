"""Every entry of the navigation opens something, and wears the face it should."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from smartunion.kernel.people.models import Person
from smartunion.site.navigation import MENU, TABS, face_of


@pytest.mark.parametrize("entry", [*MENU, *TABS], ids=lambda entry: entry.label)
def test_every_entry_of_the_navigation_leads_somewhere(entry: object) -> None:
    assert reverse(entry.url_name)


@pytest.mark.parametrize(
    ("path", "shell"),
    [
        ("/wallet/code/", "web/phone.html"),
        ("/wallet/desk/merchants/", "web/desk.html"),
        ("/till/payments/", "web/till.html"),
        ("/cockpit/board/", "web/board.html"),
        ("/people/persons/", "web/desk.html"),
    ],
)
@pytest.mark.django_db
def test_an_error_wears_the_face_of_its_address(lin: Person, path: str, shell: str) -> None:
    request = RequestFactory().get(path)
    assert face_of(request) == "web/public.html"
    request.person = lin
    assert face_of(request) == shell
