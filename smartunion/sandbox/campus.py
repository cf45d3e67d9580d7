"""The campus's own doors, simulated: an OpenID Connect issuer, a CAS server, WeCom's sign-in.

Whoever comes types a staff number; nothing asks for a password, because it is a simulation. What
is strict is the protocol: a code and a ticket are good once and for a minute, only for the address
they were given to, and only for whoever knows the secret or the verifier (PKCE).
"""

import base64
import hashlib
import html
import os
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

GOOD_SECONDS = 60
CAS_ANSWER = "<cas:serviceResponse xmlns:cas='http://www.yale.edu/tp/cas'>{}</cas:serviceResponse>"
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<title>统一身份认证（模拟）</title>
<body style="font:16px/1.6 sans-serif;max-width:24rem;margin:4rem auto">
<h1>统一身份认证（模拟）</h1>
<form method="get"><label>工号 <input name="as" required autofocus></label>{}
<button>进入</button></form><p>演示：不问密码。</p>"""


@dataclass(frozen=True)
class Given:
    """What stands behind a code, a ticket or a token: who, for which address, until when."""

    who: str
    to: str
    until: float
    nonce: str = ""
    challenge: str = ""


@dataclass(frozen=True)
class Setup:
    """Where the doors stand and who may ask behind them."""

    issuer: str
    client_id: str = "smartunion"
    client_secret: str = "only for the sandbox"  # noqa: S105 - no secret
    corp_id: str = "ww-sandbox"
    corp_secret: str = "only for the sandbox"  # noqa: S105 - no secret


@dataclass
class Campus:
    """The three doors with what they have given out."""

    setup: Setup
    given: dict[str, Given] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(
        default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )

    def routes(self) -> list[Route]:
        """Return the addresses of all doors."""
        return [
            Route("/campus/.well-known/openid-configuration", self.configuration),
            Route("/campus/jwks", self.keys),
            Route("/campus/authorize", self.authorize),
            Route("/campus/token", self.token, methods=["POST"]),
            Route("/campus/userinfo", self.userinfo),
            Route("/campus/cas/login", self.cas_login),
            Route("/campus/cas/p3/serviceValidate", self.cas_validate),
            Route("/campus/wecom/login", self.wecom_login),
            Route("/campus/wecom/cgi-bin/gettoken", self.wecom_token),
            Route("/campus/wecom/cgi-bin/auth/getuserinfo", self.wecom_user),
        ]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Nothing to open: what is given out lives as long as the process."""
        yield

    def _give(self, who: str, to: str, **more: str) -> str:
        mark = secrets.token_urlsafe(24)
        self.given[mark] = Given(who, to, time.monotonic() + GOOD_SECONDS, **more)
        return mark

    def _take(self, mark: str) -> Given | None:
        """Return what a mark stands for, once."""
        found = self.given.pop(mark, None)
        return found if found and found.until > time.monotonic() else None

    @staticmethod
    def _ask(request: Request) -> Response:
        """Ask who it is; the answer comes back to the same address."""
        kept = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in request.query_params.items()
        )
        return HTMLResponse(PAGE.format(kept))

    # --- OpenID Connect

    async def configuration(self, _: Request) -> Response:
        """Answer where everything is."""
        here = self.setup.issuer
        return JSONResponse(
            {
                "issuer": here,
                "authorization_endpoint": f"{here}/authorize",
                "token_endpoint": f"{here}/token",
                "userinfo_endpoint": f"{here}/userinfo",
                "jwks_uri": f"{here}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def keys(self, _: Request) -> Response:
        """Answer the public key that signs."""
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return JSONResponse({"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]})

    async def authorize(self, request: Request) -> Response:
        """Ask who it is and lead back with a code; a cancel leads back with an error."""
        asked = request.query_params
        if asked.get("client_id") != self.setup.client_id or asked.get("response_type") != "code":
            return JSONResponse({"error": "unauthorized_client"}, 400)
        back, state = asked.get("redirect_uri", ""), asked.get("state", "")
        if "as" not in asked:
            return self._ask(request)
        if not asked["as"]:
            query = {"error": "access_denied", "state": state}
        else:
            code = self._give(
                asked["as"], back, nonce=asked.get("nonce", ""),
                challenge=asked.get("code_challenge", ""),
            )  # fmt: skip
            query = {"code": code, "state": state}
        return RedirectResponse(f"{back}?{urlencode(query)}", 302)

    async def token(self, request: Request) -> Response:
        """Change a code for tokens, once, for whoever knows secret and verifier."""
        said = {k: v[0] for k, v in parse_qs((await request.body()).decode()).items()}
        code = self._take(said.get("code", ""))
        verifier = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        right = (said.get("client_id"), said.get("client_secret")) == (
            self.setup.client_id, self.setup.client_secret,
        )  # fmt: skip
        if code is None or not right or code.to != said.get("redirect_uri"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if code.challenge != challenge:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        claims = {
            "iss": self.setup.issuer, "aud": self.setup.client_id, "sub": f"campus-{code.who}",
            "iat": now, "exp": now + GOOD_SECONDS, "nonce": code.nonce,
            "preferred_username": code.who,
        }  # fmt: skip
        return JSONResponse(
            {
                "access_token": self._give(code.who, "userinfo"),
                "token_type": "Bearer",
                "expires_in": GOOD_SECONDS,
                "id_token": jwt.encode(claims, self.key, "RS256", headers={"kid": "1"}),
            }
        )

    async def userinfo(self, request: Request) -> Response:
        """Answer who the bearer of a token is."""
        found = self._take(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if found is None or found.to != "userinfo":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse({"sub": f"campus-{found.who}", "preferred_username": found.who})

    # --- CAS

    async def cas_login(self, request: Request) -> Response:
        """Ask who it is and lead back with a ticket."""
        service = request.query_params.get("service", "")
        if not request.query_params.get("as"):
            return self._ask(request)
        ticket = f"ST-{self._give(request.query_params['as'], service)}"
        joint = "&" if "?" in service else "?"
        return RedirectResponse(f"{service}{joint}{urlencode({'ticket': ticket})}", 302)

    async def cas_validate(self, request: Request) -> Response:
        """Answer, as XML, whose ticket it is; good once and for its own service."""
        asked = request.query_params
        found = self._take(asked.get("ticket", "").removeprefix("ST-"))
        if found is None or found.to != asked.get("service"):
            body = "<cas:authenticationFailure code='INVALID_TICKET'>no</cas:authenticationFailure>"
        else:
            user = f"<cas:user>{html.escape(found.who)}</cas:user>"
            body = f"<cas:authenticationSuccess>{user}</cas:authenticationSuccess>"
        return Response(CAS_ANSWER.format(body), media_type="application/xml")

    # --- WeCom

    async def wecom_login(self, request: Request) -> Response:
        """Ask who it is and lead back with a code, as WeCom's web sign-in does."""
        asked = request.query_params
        if asked.get("appid") != self.setup.corp_id:
            return JSONResponse({"errcode": 40013, "errmsg": "invalid corpid"}, 400)
        if not asked.get("as"):
            return self._ask(request)
        code = self._give(asked["as"], "wecom")
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return RedirectResponse(f"{asked.get('redirect_uri', '')}?{query}", 302)

    async def wecom_token(self, request: Request) -> Response:
        """Answer an access token."""
        asked = request.query_params
        right = (self.setup.corp_id, self.setup.corp_secret)
        if (asked.get("corpid"), asked.get("corpsecret")) != right:
            return JSONResponse({"errcode": 40001, "errmsg": "invalid credential"})
        token = self._give("", "token")
        return JSONResponse({"errcode": 0, "errmsg": "ok", "access_token": token})

    async def wecom_user(self, request: Request) -> Response:
        """Answer who came with a code, once."""
        asked = request.query_params
        bearer, code = self._take(asked.get("access_token", "")), self._take(asked.get("code", ""))
        if bearer is None or bearer.to != "token":
            return JSONResponse({"errcode": 40014, "errmsg": "invalid access_token"})
        if code is None or code.to != "wecom":
            return JSONResponse({"errcode": 40029, "errmsg": "invalid code"})
        return JSONResponse({"errcode": 0, "errmsg": "ok", "userid": code.who})


def from_environment() -> Starlette:
    """Return the doors as a process of their own; `CAMPUS_ISSUER` is where they stand."""
    return Starlette(routes=Campus(Setup(os.environ["CAMPUS_ISSUER"])).routes())
