"""Every page says who may open it; every refusal has a code, a text and a way on."""

import re
from collections import Counter

from django.core import checks

from .house import nothing, pages, refusals

NOT_OURS = ("allauth.", "ninja.", "django.")
"""Whose addresses bring their own protection: login pages, and the API's terminal signatures."""


def test_every_page_says_who_may_open_it() -> None:
    bare = [
        address
        for address, pattern in pages()
        if not hasattr(pattern.callback, "permission")
        and not pattern.callback.__module__.startswith(NOT_OURS)
    ]
    nothing(bare)


def test_every_address_ends_with_a_slash_or_a_file_name() -> None:
    """One address per page, and `APPEND_SLASH` never has to guess."""
    open_ended = [
        address
        for address, pattern in pages()
        if not pattern.callback.__module__.startswith(NOT_OURS)
        and address
        and not re.search(r"(/|\.[a-z]+|>)$", str(address))
    ]
    nothing(open_ended)


def test_every_refusal_has_its_own_code() -> None:
    count = Counter(no.code for no in refusals() if not no.__subclasses__())
    nothing([code for code, times in count.items() if times > 1])


def test_every_code_names_the_part_that_refuses() -> None:
    wrong = [
        f"{no.__module__}.{no.__name__}: {no.code}"
        for no in refusals()
        if not no.__subclasses__()
        and (
            not re.fullmatch(r"[a-z]+\.[a-z0-9_]+", no.code)
            or no.code.split(".")[0] not in no.__module__.split(".")
        )
    ]
    nothing(wrong)


def test_every_refusal_is_told_in_chinese_with_a_way_on() -> None:
    mute = [
        f"{no.__module__}.{no.__name__}"
        for no in refusals()
        if not no.__subclasses__()
        and not (re.search("[一-鿿]", no.text) and re.search("[一-鿿]", no.remedy))
    ]
    nothing(mute)


def test_django_itself_finds_nothing_to_warn_of() -> None:
    nothing([str(found) for found in checks.run_checks() if found.level >= checks.WARNING])
