"""The outside world as one process: bank, phones, hospital, model, each with its own state.

Set up by the variables that `smartunion sandbox` sets.
"""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from . import assessment, bank, hospital, language, sm2
from .phones import counter


def from_environment() -> Starlette:
    """Return the sandbox with every address of every part."""
    env = os.environ
    offset = timedelta(seconds=float(env.get("SMARTUNION_CLOCK_OFFSET", "0")))
    parts = (
        bank.Bank(
            bank.Setup(
                url=env["SANDBOX_DATABASE_URL"],
                own_keys=sm2.keys(env["BANK_OWN_KEYS"]),
                union_keys=sm2.keys(env["BANK_UNION_KEYS"]),
                opening_fen=int(env["SANDBOX_OPENING_FEN"]),
                clock_offset=offset,
            )
        ),
        counter.Phones(
            counter.Setup(
                url=env["SANDBOX_DATABASE_URL"],
                clock_offset=offset,
                sms_key_id=env["SMS_KEY_ID"],
                sms_secret=env["SMS_SECRET"].encode(),
                wecom_corp_id=env["WECOM_CORP_ID"],
                wecom_secret=env["WECOM_SECRET"],
                smtp_port=int(env["SANDBOX_SMTP_PORT"]),
                receipts_url=env["SANDBOX_RECEIPTS_URL"],
                receipts_secret=env["RECEIPT_SECRET"].encode(),
                owners=counter.owners(env.get("SANDBOX_OWNERS", "[]")),
            )
        ),
        hospital.from_environment(),
        assessment.from_environment(),
        language.Language(),
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as open_parts:
            for part in parts:
                await open_parts.enter_async_context(part.opened())
            yield

    routes = [Route("/alive", _alive), *(route for part in parts for route in part.routes())]
    return Starlette(lifespan=lifespan, routes=routes)


async def _alive(_: Request) -> Response:
    """Answer that the process listens."""
    return Response("ok")
