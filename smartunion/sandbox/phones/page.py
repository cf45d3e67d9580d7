"""The page on which a person looks at the phones, reads, taps and answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from .box import CHANNELS, Row

CAMPUS = ZoneInfo("Asia/Shanghai")
HERE = Path(__file__).parent
REPLIED = ("sms", "wecom")
"""Channels on which people write back."""

WORDS = {"sms": "短信", "wecom": "企业微信", "email": "邮件", "voice": "电话"}
STATES = {
    "arrived": "未读",
    "read": "已读",
    "lost": "丢失（模拟）",
    "dropped": "超出频率，被静默丢弃",
    "nobody": "空号，未送达",
    "ringing": "正在响铃",
    "talking": "通话中",
    "ended": "已接听，没有按键",
    "missed": "未接来电",
    "busy": "占线或拒接",
}
UNREAD = ("arrived", "ringing")
FAULTS = {
    "delay_ms": "应答延迟（毫秒）",
    "errors": "接下来几次答 5xx",
    "busy": "接下来几次限流",
    "lose": "接下来几条丢失",
    "twice": "接下来几个回执发两遍",
    "shuffle": "回执乱序（1 为开）",
}
LISTED = 80


@dataclass(frozen=True)
class Owner:
    """Whose phone it is, and the addresses by which it is reached."""

    username: str
    name: str
    title: str = ""
    phone: str = ""
    email: str = ""
    is_first: bool = False
    """The cast stand at the head of the list, others only when something has come."""

    def addresses(self) -> dict[str, str]:
        """Return the address of each channel."""
        return {
            "sms": self.phone, "wecom": self.username, "email": self.email, "voice": self.phone,
        }  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A line of the list: whose phone, what came last, how much is unread."""

    owner: Owner
    title: str = ""
    latest: datetime | None = None
    unread: int = 0


@dataclass(frozen=True)
class View:
    """Everything that the page shows."""

    listed: Sequence[Listed]
    owner: Owner | None
    is_chosen: bool
    items: Mapping[str, list[Row]]
    replies: Sequence[Row]
    gone: set[str]
    faults: Mapping[str, Mapping[str, int]]
    counts: Sequence[Row]
    tab: str
    query: str
    now: datetime
    script: str = field(default="")


def style(_: Request) -> Response:
    """Answer the page's style sheet."""
    return Response((HERE / "style.css").read_text("utf-8"), media_type="text/css")


def script(_: Request) -> Response:
    """Answer the page's script, which only keeps it fresh."""
    return Response((HERE / "script.js").read_text("utf-8"), media_type="text/javascript")


def chosen(owners: Sequence[Owner], who: str) -> Owner | None:
    """Return the owner who was asked for: one of the cast, or whoever has this address."""
    if not who:
        return None
    for owner in owners:
        if who in (owner.username, owner.phone, owner.email):
            return owner
    return stranger(who)


def stranger(address: str) -> Owner:
    """Return somebody of whom only an address is known."""
    if "@" in address:
        return Owner("", address, "校园邮箱", email=address)
    if address.isdecimal():
        return Owner("", address, "手机号", phone=address)
    return Owner(address, address, "工号")


def listed(owners: Sequence[Owner], rows: Sequence[Row], query: str) -> list[Listed]:
    """Return the lines of the list: the cast first, then whoever was written to lately."""
    by_address = {(row["channel"], row["address"]): row for row in rows}
    lines: list[Listed] = []
    for owner in owners:
        own = [
            row
            for channel, address in owner.addresses().items()
            if (row := by_address.pop((channel, address), None))
        ]
        newest = max(own, key=lambda row: row["latest"], default=None)
        lines.append(
            Listed(
                owner,
                newest["title"] if newest else "",
                newest["latest"] if newest else None,
                sum(row["unread"] for row in own),
            )
        )
    others: dict[str, list[Row]] = {}
    for (_, address), row in by_address.items():
        others.setdefault(address, []).append(row)
    for address, rows_of in others.items():
        newest = max(rows_of, key=lambda row: row["latest"])
        unread = sum(row["unread"] for row in rows_of)
        lines.append(Listed(stranger(address), newest["title"], newest["latest"], unread))
    first = [line for line in lines if line.owner.is_first]
    rest = [line for line in lines if not line.owner.is_first and (line.latest or query)]
    lines = first + sorted(rest, key=latest, reverse=True)
    if query:
        lines = [
            line
            for line in lines
            if any(
                query in word for word in (line.owner.name, line.owner.username, line.owner.phone)
            )
        ]
    return lines[:LISTED]


def latest(line: Listed) -> float:
    """Return when something last came, for comparing."""
    return line.latest.timestamp() if line.latest else 0.0


def whole(view: View) -> str:
    """Return the whole page."""
    return Template((HERE / "page.html").read_text("utf-8")).substitute(
        query=escape(view.query),
        mode="one-phone" if view.is_chosen else "all-phones",
        part=part(view),
        faults=_faults(view),
    )


def part(view: View) -> str:
    """Return what moves: the list, and the phone that is looked at."""
    return (
        f'<nav class="list" aria-label="手机">{_list(view)}</nav>'
        f'<section class="phone" aria-label="手机内容">{_phone(view)}</section>'
    )


def _when(at: datetime | None, now: datetime) -> str:
    if at is None:
        return ""
    local, today = at.astimezone(CAMPUS), now.astimezone(CAMPUS).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local.month}月{local.day}日"


def _list(view: View) -> str:
    if not view.listed:
        return '<p class="none">没有这样的手机。可按姓名、工号或手机号查找。</p>'
    lines = []
    for line in view.listed:
        owner = line.owner
        here = ' aria-current="page"' if owner == view.owner else ""
        who = urlencode({"who": owner.username or owner.phone or owner.email})
        badge = f'<b class="badge">{line.unread}</b>' if line.unread else ""
        lines.append(
            f'<a href="/phones/?{who}"{here}><span class="face">{escape(owner.name[:1])}</span>'
            f'<span class="who"><b>{escape(owner.name)}</b>'
            f"<small>{escape(line.title or owner.title or '还没有消息')}</small></span>"
            f'<span class="end"><time>{_when(line.latest, view.now)}</time>{badge}</span></a>'
        )
    return "".join(lines)


def _phone(view: View) -> str:
    owner = view.owner
    if owner is None:
        return '<p class="none">还没有人收到消息。通知发出后，这里立刻出现。</p>'
    tab = view.tab if view.tab in CHANNELS else _busiest(view)
    who = owner.username or owner.phone or owner.email
    tabs, screens = [], []
    for channel in CHANNELS:
        unread = sum(item["state"] in UNREAD for item in view.items.get(channel, []))
        badge = f'<b class="badge">{unread}</b>' if unread else ""
        here = ' aria-current="true"' if channel == tab else ""
        address = urlencode({"who": who, "tab": channel})
        tabs.append(f'<a href="/phones/?{address}"{here}>{WORDS[channel]}{badge}</a>')
        screens.append(_screen(view, owner, channel, is_here=channel == tab))
    return (
        f'<header class="owner"><a class="back" href="/phones/">全部手机</a>'
        f"<h2>{escape(owner.name)}</h2><p>{escape(owner.title)}</p></header>"
        f'<div class="tabs" role="group" aria-label="渠道">{"".join(tabs)}</div>'
        f'<div class="screens">{"".join(screens)}</div>'
    )


def _busiest(view: View) -> str:
    """Return the channel with the newest item."""
    newest = {c: items[-1]["taken_at"] for c, items in view.items.items() if items}
    return max(newest, key=lambda channel: newest[channel], default="sms")


def _screen(view: View, owner: Owner, channel: str, *, is_here: bool) -> str:
    address = owner.addresses()[channel]
    gone = address in view.gone
    if not address:
        inner = f'<p class="none">没有登记{WORDS[channel]}。</p>'
    else:
        rows = [*view.items.get(channel, [])]
        entries = [(row["taken_at"], row["id"], _item(channel, row)) for row in rows]
        entries += [
            (reply["at"], 0, f'<div class="bubble mine">{escape(reply["body"])}</div>')
            for reply in view.replies
            if reply["channel"] == channel
        ]
        entries.sort(key=lambda entry: entry[:2])
        inner = _dated(entries, view.now) or f'<p class="none">还没有{WORDS[channel]}。</p>'
    warning = (
        f'<p class="gone">{escape(address)} 已设为空号：发来的都不会送达。</p>' if gone else ""
    )
    return (
        f'<article class="screen {channel}{" here" if is_here else ""}">'
        f"<header><b>{WORDS[channel]}</b><small>{escape(address) or '—'}</small>"
        f"{_switch(owner, channel, address, gone=gone) if address else ''}</header>"
        f'{warning}<div class="flow">{inner}</div>'
        f"{_answer(owner, channel, address) if channel in REPLIED and address else ''}</article>"
    )


def _dated(entries: Sequence[tuple[datetime, int, str]], now: datetime) -> str:
    """Return the entries with the day and time above each group, as phones do."""
    told, lines = "", []
    for at, _, html in entries:
        local = at.astimezone(CAMPUS)
        same_day = local.date() == now.astimezone(CAMPUS).date()
        stamp = f"{local:%H:%M}" if same_day else f"{local.month}月{local.day}日 {local:%H:%M}"
        if stamp != told:
            lines.append(f'<time class="at">{stamp}</time>')
            told = stamp
        lines.append(html)
    return "".join(lines)


def _call(row: Row) -> str:
    """Return a call as the phone shows it: what rings can be taken, what talks takes a key."""
    state = f'<small class="state {row["state"]}">{STATES.get(row["state"], row["state"])}</small>'
    head = f"<small>{escape(row['sender'])}</small><b>{escape(row['title'])}</b>"
    if row["state"] == "ringing":
        acts = _act(row, "pick_up", "接听", "take") + _act(row, "hang_up", "拒接", "end")
        return f'<div class="call ringing" role="alert">{head}{state}<div>{acts}</div></div>'
    if row["state"] == "talking":
        acts = _act(row, "press", "1", "key", key="1") + _act(row, "press", "2", "key", key="2")
        acts += _act(row, "hang_up", "挂断", "end")
        spoken = f"<p>“{escape(row['body'])}”</p>"
        return f'<div class="call talking">{head}{spoken}{state}<div>{acts}</div></div>'
    if row["state"] == "read":
        state = '<small class="state read">已接听并按键确认</small>'
    return f'<div class="call over {row["state"]}">{head}{state}</div>'


def _act(row: Row, what: str, word: str, kind: str, *, key: str = "") -> str:
    return (
        f'<form method="post" action="/phones/calls/{row["id"]}/{what}" data-quiet>'
        f'<input type="hidden" name="key" value="{key}">'
        f'<button class="{kind}">{word}</button></form>'
    )


def _item(channel: str, row: Row) -> str:
    if channel == "voice":
        return _call(row)
    calls = f"，同一条被发来 {row['calls']} 次，只显示一次" if row["calls"] > 1 else ""
    state = f'<small class="state {row["state"]}">{STATES[row["state"]]}{calls}</small>'
    tap = f"/phones/items/{row['id']}/tap"
    missing = row["state"] in ("lost", "dropped", "nobody")
    if missing:
        return f'<div class="missing"><s>{escape(row["title"])}</s>{state}</div>'
    if channel == "sms":
        link = f'<a href="{tap}" target="_blank">{escape(_short(row["link"]))}</a>'
        return (
            f'<div class="bubble">{escape(row["body"])} {link if row["link"] else ""}</div>'
            f"{_foot(row, state)}"
        )
    button = escape(row["button"] or "详情")
    body = escape(row["body"]).replace("\n", "<br>")
    kind = "card" if channel == "wecom" else "mail"
    head = f"<small>{escape(row['sender'])}</small>" if channel == "email" else ""
    return (
        f'<div class="{kind}">{head}<b>{escape(row["title"])}</b><p>{body}</p>'
        f'<a href="{tap}" target="_blank">{button}</a></div>{_foot(row, state)}'
    )


def _foot(row: Row, state: str) -> str:
    if row["state"] != "arrived":
        return f'<div class="foot">{state}</div>'
    return (
        f'<form class="foot" method="post" action="/phones/items/{row["id"]}/read" data-quiet>'
        f"{state}<button>标为已读</button></form>"
    )


def _short(link: str) -> str:
    return link.split("://", 1)[-1]


def _hidden(owner: Owner, channel: str, address: str) -> str:
    who = owner.username or owner.phone or owner.email
    values = {"who": who, "tab": channel, "channel": channel, "address": address}
    return "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in values.items()
    )


def _switch(owner: Owner, channel: str, address: str, *, gone: bool) -> str:
    value, word = ("no", "恢复号码") if gone else ("yes", "设为空号")
    return (
        f'<form method="post" action="/phones/nobody" data-quiet>'
        f"{_hidden(owner, channel, address)}"
        f'<button name="gone" value="{value}">{word}</button></form>'
    )


def _answer(owner: Owner, channel: str, address: str) -> str:
    return (
        f'<form class="answer" method="post" action="/phones/reply" data-quiet>'
        f"{_hidden(owner, channel, address)}"
        f'<input name="text" aria-label="回复" placeholder="回复" autocomplete="off" required>'
        f"<button>发送</button></form>"
    )


def _faults(view: View) -> str:
    counts = {row["channel"]: row for row in view.counts}
    cards = []
    for channel, faults in view.faults.items():
        row = counts.get(channel, {"items": 0, "calls": 0, "missing": 0})
        inputs = "".join(
            f"<label>{words}"
            f'<input name="{name}" inputmode="numeric" value="{faults[name]}"></label>'
            for name, words in FAULTS.items()
            if not (channel == "email" and name in ("twice", "shuffle", "busy"))
            and not (channel == "voice" and name == "shuffle")
        )
        cards.append(
            f'<form method="post" action="/phones/faults"><h3>{WORDS[channel]}</h3>'
            f"<p>{row['items']:,} 条，被调用 {row['calls'] or 0:,} 次，"
            f"未送达 {row['missing']:,} 条</p>"
            f'<input type="hidden" name="channel" value="{channel}">{inputs}'
            "<button>设置</button></form>"
        )
    return "".join(cards)
