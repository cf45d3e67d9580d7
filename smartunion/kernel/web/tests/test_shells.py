"""The frame around every page."""

import pytest
from django.test import Client

from smartunion.kernel.people.models import Person


@pytest.mark.django_db
def test_the_account_page_stands_in_the_phones_frame(client: Client, lin: Person) -> None:
    client.force_login(lin)
    answer = client.get("/me/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert 'data-face="phone"' in text
    assert "林晓梅" in text
    assert "外国语学院工会分会" in text


@pytest.mark.django_db
def test_a_page_that_does_not_exist_says_so_in_chinese(client: Client, lin: Person) -> None:
    assert "没有这一页" in client.get("/nothing-here/").content.decode()
    client.force_login(lin)
    answer = client.get("/plan/nothing/")
    assert answer.status_code == 404
    assert 'data-face="desk"' in answer.content.decode()
