"""校医院 (simulated): a FHIR server, R4 and R5, that knows patients by staff number and reports.

Everybody has had a check-up about twice a year, on days that follow from their number alone, so
that a year can be played again. At `/hospital/` a person's answers can be set: another day, no
report, nobody of that number, two of them, somebody else's report, an error, silence.
"""

import asyncio
import html
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl
from zlib import crc32

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

SYSTEM = "https://campus.example/staff-number"
"""By which number a patient is asked for."""

VERSIONS = {"r4": "4.0.1", "r5": "5.0.0"}
HALF_YEAR = 183
SALT = "campus hospital 30"
SILENT_SECONDS = 30
MODES = {
    "ok": "正常",
    "none": "没有报告",
    "unknown": "查无此人",
    "twice": "一个工号两份档案",
    "other": "答成别人的报告",
    "future": "报告日期在将来",
    "malformed": "答非所问",
    "error": "500 错误",
    "silent": "不应答",
}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>校医院（模拟）</title>
<body style="font:16px/1.7 sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem">
<h1>校医院（模拟）</h1>
<p>FHIR 服务：<code>/hospital/fhir/r4</code> 和 <code>/hospital/fhir/r5</code>。
没有设过的人，每年约体检两次，日期由工号算出。</p>
<form method="post"><label>工号 <input name="number" required></label>
<label>最近一次报告 <input type="date" name="report_on"></label>
<label>怎么应答 <select name="mode">{modes}</select></label> <button>设定</button></form>
<table style="border-collapse:collapse;margin-top:1rem">{rows}</table></html>"""


@dataclass(frozen=True)
class Told:
    """How the hospital shall answer for one number."""

    report_on: date | None = None
    mode: str = "ok"


@dataclass
class Hospital:
    """The hospital with what was set by hand; nothing of it outlives the process."""

    token: str
    told: dict[str, Told] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The targets that were asked for, so that a test can look at what left the house."""

    def routes(self) -> list[Route]:
        """Return the addresses of the hospital."""
        return [
            Route("/hospital/", self.page, methods=["GET", "POST"]),
            Route("/hospital/asked", self.was_asked),
            Route("/hospital/fhir/{version}/metadata", self.metadata),
            Route("/hospital/fhir/{version}/Patient", self.patients),
            Route("/hospital/fhir/{version}/DiagnosticReport", self.reports),
        ]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Nothing to open."""
        yield

    # --- what is known

    def reports_of(self, number: str, by: date) -> list[date]:
        """Return the days of a person's reports until a day, the newest first."""
        told = self.told.get(number)
        if told is not None and told.report_on is not None:
            return [told.report_on] if told.report_on <= by else []
        shift = crc32(f"{SALT} {number}".encode()) % HALF_YEAR
        days = []
        for year in (by.year, by.year - 1):
            first = date(year, 1, 1) + timedelta(days=shift)
            days += [first + timedelta(days=HALF_YEAR), first]
        return [day for day in days if day <= by]

    # --- FHIR

    async def _refused(self, request: Request) -> Response | None:
        """Return what is wrong with a request as such; None for a good one."""
        self.asked.append(str(request.url.path) + "?" + str(request.url.query))
        if request.path_params["version"] not in VERSIONS:
            return _outcome(404, "not-found", "no such version")
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not secrets.compare_digest(given, self.token):
            return _outcome(401, "login", "who asks?")
        return None

    async def _mischief(self, number: str) -> Response | None:
        """Do what was set for a number instead of answering; None for an ordinary one."""
        mode = self.told.get(number, Told()).mode
        if mode == "silent":
            await asyncio.sleep(SILENT_SECONDS)
        if mode in ("silent", "error"):
            return _outcome(500, "exception", "the laboratory system is down")
        if mode == "malformed":
            return HTMLResponse("<h1>系统维护</h1>")
        return None

    async def metadata(self, request: Request) -> Response:
        """Answer which version of FHIR is spoken."""
        version = VERSIONS.get(request.path_params["version"])
        if version is None:
            return _outcome(404, "not-found", "no such version")
        return _fhir({"resourceType": "CapabilityStatement", "status": "active",
                      "kind": "instance", "fhirVersion": version, "format": ["json"]})  # fmt: skip

    async def patients(self, request: Request) -> Response:
        """Search patients by `identifier=system|number`."""
        if no := await self._refused(request):
            return no
        system, _, number = request.query_params.get("identifier", "").partition("|")
        if system != SYSTEM or not number:
            return _outcome(400, "invalid", "identifier is system|number")
        if odd := await self._mischief(number):
            return odd
        mode = self.told.get(number, Told()).mode
        count = {"unknown": 0, "twice": 2}.get(mode, 1)
        found = [
            {
                "resourceType": "Patient",
                "id": f"{_id(number)}{n or ''}",
                "active": True,
                "identifier": [{"system": SYSTEM, "value": number}],
            }
            for n in range(count)
        ]
        return _bundle(found)

    async def reports(self, request: Request) -> Response:
        """Search reports by `patient`, `date=leDAY`, `_sort=-date`, `_count`, `_elements`."""
        if no := await self._refused(request):
            return no
        asked = request.query_params
        patient = asked.get("patient", "").removeprefix("Patient/")
        number = next((n for n in self.told if _id(n) == patient), None) or _number(patient)
        if number is None or asked.get("_sort") != "-date":
            return _outcome(400, "invalid", "patient=Patient/id&_sort=-date")
        told = self.told.get(number, Told())
        try:
            by = date.fromisoformat(asked.get("date", "").removeprefix("le"))
        except ValueError:
            return _outcome(400, "invalid", "date=leYYYY-MM-DD")
        days = [] if told.mode == "none" else self.reports_of(number, by)
        if told.mode == "future":
            days = [by + timedelta(days=9)]
        whose = "Patient/somebody-else" if told.mode == "other" else f"Patient/{patient}"
        found = [
            {
                "resourceType": "DiagnosticReport",
                "id": f"{patient}-{day:%Y%m%d}",
                "status": "final",
                "subject": {"reference": whose},
                "effectiveDateTime": day.isoformat(),
            }
            for day in days[: int(asked.get("_count", "10"))]
        ]
        return _bundle(found)

    # --- the page by hand

    async def was_asked(self, _: Request) -> Response:
        """Answer what has been asked so far."""
        return JSONResponse(self.asked)

    async def page(self, request: Request) -> Response:
        """Show what is set, and set it."""
        if request.method == "POST":
            form = dict(parse_qsl((await request.body()).decode()))
            number, mode, on = (form.get(name, "") for name in ("number", "mode", "report_on"))
            if mode not in MODES:
                return _outcome(400, "invalid", "no such mode")
            self.told[number.strip()] = Told(date.fromisoformat(on) if on else None, mode)
            return RedirectResponse("/hospital/", 303)
        rows = "".join(
            f"<tr><td>{html.escape(number)}</td><td>{told.report_on or '按工号算'}</td>"
            f"<td>{MODES[told.mode]}</td></tr>"
            for number, told in sorted(self.told.items())
        )
        modes = "".join(f'<option value="{k}">{v}</option>' for k, v in MODES.items())
        return HTMLResponse(PAGE.format(modes=modes, rows=rows))


def _id(number: str) -> str:
    """Return a patient's id at the hospital: not the number itself, and back from it."""
    return f"p{number.encode().hex()}"


def _number(patient: str) -> str | None:
    try:
        return bytes.fromhex(patient.removeprefix("p")).decode()
    except ValueError:
        return None


def _fhir(resource: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(resource, status, media_type="application/fhir+json")


def _bundle(resources: list[dict[str, Any]]) -> Response:
    return _fhir(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": len(resources),
            "entry": [{"resource": one, "search": {"mode": "match"}} for one in resources],
        }
    )


def _outcome(status: int, code: str, text: str) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": text}
    return _fhir({"resourceType": "OperationOutcome", "issue": [issue]}, status)


def from_environment() -> Hospital:
    """Return the hospital; `HOSPITAL_FHIR_TOKEN` is how the house proves itself."""
    return Hospital(os.environ["HOSPITAL_FHIR_TOKEN"])
