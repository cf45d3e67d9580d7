"""The simulated mail server: SMTP on a port of its own, the mails land on the phones."""

import asyncio
import email
import email.policy
import re
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.concurrency import run_in_threadpool

from .box import Box, Item
from .faults import Faults

LINK = re.compile(r"https?://\S+")


class Mailroom:
    """Takes mail as a real server does: unknown addresses get 550, the Message-ID is the key."""

    def __init__(self, box: Box, faults: Faults) -> None:
        self._box = box
        self._faults = faults
        for verb, method in {"RCPT": self.recipient, "DATA": self.data}.items():
            setattr(self, f"handle_{verb}", method)  # the names by which aiosmtpd calls

    async def listen(self, port: int) -> asyncio.AbstractServer:
        """Begin to listen; closed by the caller."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: SMTP(self, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
        )

    async def recipient(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Refuse an address that leads to nobody, and everything while a fault is on."""
        if self._faults.spend("errors"):
            return "451 4.3.0 try again later"
        if await run_in_threadpool(self._box.nobody, address):
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def data(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Put the mail on the phones of its recipients."""
        content = envelope.content
        raw = content if isinstance(content, bytes) else str(content).encode()
        mail = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
        plain = mail.get_body(("plain",))
        text = plain.get_content() if plain is not None else ""
        links = LINK.findall(text)
        lost = self._faults.spend("lose")
        for address in envelope.rcpt_tos:
            item = Item(
                "email",
                str(mail["Message-ID"]),
                address,
                str(mail["Subject"]),
                LINK.sub("", text).strip(),
                links[-1] if links else "",
                "打开查看",
                str(mail["From"]),
                "lost" if lost else "arrived",
            )
            await run_in_threadpool(self._box.take, item)
        delay = self._faults.delay_ms
        await asyncio.sleep(delay / 1000)
        return "250 taken"
