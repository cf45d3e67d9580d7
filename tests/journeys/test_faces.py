"""The shells in a real browser: they fit, they speak to a screen reader, they stay silent."""

import pytest
from playwright.sync_api import expect

from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["390", "1440"])
@pytest.mark.parametrize("face", ["phone", "desk", "till", "public"])
def test_every_face_fits_its_screen_and_passes_axe(
    open_as: OpenAs, lin: Person, face: str, size: dict[str, object]
) -> None:
    page = open_as(lin, f"/parts/{face}/", size)
    expect(page.locator("main")).to_be_visible()
    fits(page)
    check_axe(page)
