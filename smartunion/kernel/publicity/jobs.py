"""What the worker does for publicity, outside any transaction: look at pages, picture them.

Both go over HTTP to the address that the public uses. Any number of workers may run them.
"""

import threading
from collections.abc import Callable
from datetime import datetime

import httpx
from django.conf import settings
from django.urls import reverse

from smartunion.kernel.base import clock

from . import chromium, proofs
from .models import Snapshot
from .page_text import Seen, posting_text
from .watching import saw

SECONDS = 10.0
MOST_A_ROUND = 20
PAUSE_SECONDS = 2.0


def address(number: str) -> str:
    """Return the posting's address as the public types it."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('publicity:posting', args=[number])}"


def look_at(number: str) -> Seen:
    """Return what the posting's page answers over HTTP to somebody not signed in."""
    try:
        answer = httpx.get(
            address(number), timeout=SECONDS, trust_env=False,
            headers={"User-Agent": "smartunion publicity probe", "Cache-Control": "no-cache"},
        )  # fmt: skip
    except httpx.TimeoutException:
        return Seen(None, trouble=f"{SECONDS:.0f} 秒内没有应答")
    except httpx.ConnectError:
        return Seen(None, trouble="连不上网页服务")
    except httpx.HTTPError as broken:
        return Seen(None, trouble=f"应答中断：{type(broken).__name__}")
    return Seen(answer.status_code, posting_text(answer.text, number))


def look(*, at: datetime) -> int:
    """Take the looks that timers asked for; return how many were taken.

    Where several were asked for while no worker ran, one look answers them all: nobody can look
    at a page of an hour ago.
    """
    asked = Snapshot.objects.filter(at=None, inside=False).order_by("posting_id", "-id")
    newest = asked.distinct("posting_id").select_related("posting")[:MOST_A_ROUND]
    taken = 0
    for snapshot in newest:
        seen = look_at(snapshot.posting.number)
        saw(snapshot_id=snapshot.pk, seen=seen, at=at)
        Snapshot.objects.filter(posting=snapshot.posting, at=None, pk__lt=snapshot.pk).delete()
        taken += 1
    return taken


def take_pictures(
    *, at: datetime, picture: Callable[[str], bytes] = chromium.picture, most: int = 3
) -> int:
    """Take the pictures that are due; return how many came out. What failed is tried again."""
    taken = 0
    for _ in range(most):
        proof = proofs.lease(at=at)
        if proof is None:
            break
        try:
            png = picture(address(proof.posting.number))
        except chromium.NoPictureError as no:
            proofs.picture_failed(proof_id=proof.pk, trouble=str(no), at=at)
        else:
            proofs.picture_taken(proof_id=proof.pk, png=png, at=at)
            taken += 1
    return taken


def keep_looking(stop: threading.Event) -> None:
    """Look and picture until asked to stop: the worker's own loop, for both take their time."""
    while not stop.is_set():
        look(at=clock.now())
        take_pictures(at=clock.now(), most=1)
        stop.wait(PAUSE_SECONDS)
