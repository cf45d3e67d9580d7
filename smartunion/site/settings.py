"""What differs between machines. Business numbers are terms of a plan year, never here."""

import base64
import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import dj_database_url

from smartunion.site.embedded import BASE_DIR, VAR


def env(name: str, default: str | None = None) -> str:
    """Return the variable, or what the file of NAME_FILE holds; fail loudly without one."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if value is None:
        raise RuntimeError(f"{name} is not set; see docs/operations.md")
    return value


def own(name: str, made: str) -> str:
    """Return what this machine keeps under the name, made once however many processes start.

    Demonstration and tests only.
    """
    VAR.mkdir(parents=True, exist_ok=True)
    path = VAR / name
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=VAR, encoding="utf-8") as half:
            half.write(made)
            half.flush()
            with suppress(FileExistsError):
                path.hardlink_to(half.name)
    return path.read_text(encoding="utf-8")


MODE = env("SMARTUNION_MODE", "demonstration")
assert MODE in {"demonstration", "production"}, MODE  # noqa: S101
DEMONSTRATION = MODE == "demonstration"
"""Simulated outside systems, a shifted clock and a login by picking one of the cast."""

CLOCK_OFFSET = env("SMARTUNION_CLOCK_OFFSET", "0")
if not DEMONSTRATION and float(CLOCK_OFFSET):
    raise RuntimeError("production runs on the real clock: unset SMARTUNION_NOW")

DEBUG = env("DEBUG", "no") == "yes"
SECRET_KEY = env(
    "SECRET_KEY", own("secret_key", secrets.token_urlsafe(48)) if DEMONSTRATION else None
)
PRIVATE_KEY = env(
    "PRIVATE_KEY",
    own("private_key", f"own:{base64.b64encode(secrets.token_bytes(32)).decode()}")
    if DEMONSTRATION
    else None,
)
"""Seals personal data and the terminals' secrets; see kernel/private/keyring.py."""

TREE_KEY = env(
    "TREE_KEY",
    own(
        "tree_key",
        f"journal.smartunion.example:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    )
    if DEMONSTRATION
    else None,
)
"""Signs the journal's checkpoints: the tree's name and 32 secret bytes; see docs/journal.md."""
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in env("CSRF_TRUSTED_ORIGINS", "").split(",") if o]
CSRF_FAILURE_VIEW = "smartunion.kernel.web.pages.stale_form"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMONSTRATION
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "template_partials",
    "smartunion.site",  # before allauth, whose templates it replaces
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "smartunion.kernel.base",
    "smartunion.kernel.people",
    "smartunion.kernel.trail",
    "smartunion.kernel.tree",
    "smartunion.kernel.private",
    "smartunion.kernel.files",
    "smartunion.kernel.timers",
    "smartunion.kernel.notices",
    "smartunion.kernel.duty",
    "smartunion.kernel.response",
    "smartunion.kernel.ledger",
    "smartunion.kernel.publicity",
    "smartunion.kernel.procedures",
    "smartunion.kernel.live",
    "smartunion.kernel.web",
    "smartunion.domains.planning",
    "smartunion.domains.performance",
    "smartunion.domains.wallet",
    "smartunion.domains.settlement",
    "smartunion.domains.aid",
    "smartunion.domains.crisis",
    "smartunion.domains.wellbeing",
    "smartunion.domains.membership",
    "smartunion.domains.merchants",
    "smartunion.domains.inspection",
    "smartunion.domains.proposals",
    "smartunion.domains.surveys",
    "smartunion.domains.disputes",
    "smartunion.domains.policy",
    "smartunion.domains.coupons",
    "smartunion.domains.congress",
    "smartunion.domains.procurement",
    "smartunion.domains.safety",
]
MIDDLEWARE = [
    "smartunion.domains.wallet.api.door",  # terminals need none of what follows
    "django.middleware.security.SecurityMiddleware",
    "smartunion.kernel.web.security.content_security_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "smartunion.kernel.web.page.middleware",
    "smartunion.site.accounts.second_factor.middleware",
]
ROOT_URLCONF = "smartunion.site.urls"
LIVE_SOURCES = "smartunion.site.wiring.LIVE_SOURCES"
TRAIL_SUBSCRIPTIONS = "smartunion.site.wiring.SUBSCRIPTIONS"
PROCEDURE_SHEETS = "smartunion.site.wiring.SHEETS"
PROCEDURE_ACTS = "smartunion.site.wiring.ACTS"
HANDBOOK_SAID = "smartunion.site.wiring.HANDBOOK_SAID"
TRAIL_WORDS = "smartunion.site.words.TRAIL"
PRIVATE_RECORDS = "smartunion.site.wiring.PRIVATE_RECORDS"
PRIVATE_TERMS = "smartunion.site.wiring.private_terms"
PRIVATE_HOLDS = "smartunion.site.wiring.PRIVATE_HOLDS"
PRIVATE_FACTOR = "smartunion.site.accounts.second_factor.last_proven"
PRIVATE_FINDER = "smartunion.site.finding.sealed_about"
PRIVATE_WORDS = "smartunion.site.words.PRIVATE"
TREE_MATTERS = "smartunion.site.wiring.TREE_MATTERS"
FILE_DOORS = "smartunion.site.wiring.FILE_DOORS"
LEDGER_DOCUMENTS = "smartunion.site.wiring.ledger_document"
PUBLICITY_TERMS = "smartunion.site.wiring.publicity_terms"
DUTY_TERMS = "smartunion.site.wiring.duty_terms"
TIMERS = "smartunion.site.wiring.TIMERS"
TIMERS_TOGETHER = "smartunion.site.wiring.TIMERS_TOGETHER"
TIMER_WORDS = "smartunion.site.words.TIMERS"
TIMER_WATCHES = "smartunion.site.wiring.WATCHES"
NOTICE_ANSWERS = "smartunion.site.wiring.NOTICE_ANSWERS"
RESPONSES = "smartunion.site.wiring.RESPONSES"
RESPONSE_TERMS = "smartunion.site.wiring.response_terms"
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in {
        "MinimumLengthValidator": {"min_length": 10},
        "CommonPasswordValidator": {},
        "NumericPasswordValidator": {},
        "UserAttributeSimilarityValidator": {"user_attributes": ["username", "name", "phone"]},
    }.items()
]
LOGIN_URL = "cast" if DEMONSTRATION else "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGIN_URL
ACCOUNT_ADAPTER = "smartunion.site.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_FORMS = {
    "login": "smartunion.site.accounts.forms.Login",
    "reauthenticate": "smartunion.site.accounts.forms.Reauthenticate",
    "change_password": "smartunion.site.accounts.forms.ChangePassword",
    "set_password": "smartunion.site.accounts.forms.SetPassword",
    "reset_password_from_key": "smartunion.site.accounts.forms.FirstPassword",
}
MFA_ADAPTER = "smartunion.site.accounts.adapter.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMONSTRATION  # localhost without TLS
MFA_TOTP_ISSUER = "智慧工会"
MFA_FORMS = {
    "authenticate": "smartunion.site.accounts.forms.Code",
    "reauthenticate": "smartunion.site.accounts.forms.CodeAgain",
    "activate_totp": "smartunion.site.accounts.forms.ActivateCode",
    "add_webauthn": "smartunion.site.accounts.forms.AddKey",
    "edit_webauthn": "smartunion.site.accounts.forms.EditKey",
}
# The campus's doors, each off unless it is named here: see docs/operations.md.
SOCIALACCOUNT_ADAPTER = "smartunion.site.accounts.campus.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a form may not lead to another house (form-action 'self')
OIDC_ISSUER, OIDC_NAME = env("OIDC_ISSUER", ""), env("OIDC_NAME", "统一身份认证")
OIDC_STAFF_CLAIM = env("OIDC_STAFF_CLAIM", "preferred_username")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {"openid_connect": {"OAUTH_PKCE_ENABLED": True}}
if OIDC_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": OIDC_NAME,
            "client_id": env("OIDC_CLIENT_ID"),
            "secret": env("OIDC_CLIENT_SECRET"),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]
CAS_URL, CAS_NAME = env("CAS_URL", ""), env("CAS_NAME", "统一身份认证")
WECOM_LOGIN_URL = env("WECOM_LOGIN_URL", "")
WECOM_LOGIN_API = env("WECOM_LOGIN_API", "https://qyapi.weixin.qq.com/cgi-bin")
PASSWORD_RESET_TIMEOUT = 72 * 3600  # seconds that a link to set one's password works
CACHES = {  # counters of failed sign-ins, shared by every web process
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "people_counters",
    }
}

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "smartunion.kernel.web.shell.context",
                "smartunion.site.navigation.context",
            ]
        },
    }
]

DATABASES = {
    "default": dj_database_url.parse(
        env("DATABASE_URL", "postgresql:///postgres"),
        conn_max_age=None,  # for the life of the process
        conn_health_checks=True,
    )
}
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "prepare_threshold": 0,  # for the payment, which runs on a server-side cursor of its own
    "options": f"-c smartunion.clock_offset={CLOCK_OFFSET} -c lock_timeout=2s"
    # A machine that loses power says no good-bye: what it had locked is free after 15 seconds.
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2",
    # And one that loses its database notices, instead of waiting for an answer for ever.
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
LANGUAGE_CODE = "zh-hans"

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "files"
_NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    (f"vendor/{name}", _NODE / path)
    for name, path in {
        "tabler": "@tabler/core/dist",
        "icons": "@tabler/icons-webfont/dist",
        "echarts": "echarts/dist",
        "htmx": "htmx.org/dist",
        "htmx-sse": "htmx-ext-sse/dist",
    }.items()
    if (_NODE / path).is_dir()
]
PAPER_FONTS = _NODE / "@embedpdf/fonts-sc/fonts"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

PORT = int(env("PORT", "8010"))
SANDBOX_PORT = int(env("SANDBOX_PORT", "8011"))
PUBLIC_URL = env("PUBLIC_URL", f"http://127.0.0.1:{PORT}" if DEMONSTRATION else None)
"""Where the campus opens the house: messages link to it, postings are watched at it."""
CAMPUS_NETWORKS = env("CAMPUS_NETWORKS", "0.0.0.0/0,::/0" if DEMONSTRATION else None).split(",")
TRUSTED_PROXIES = [net for net in env("TRUSTED_PROXIES", "").split(",") if net]
PUBLICITY_LOOKS = "http"  # "inside" while a year is played: no server answers then
CHROMIUM = env("CHROMIUM", "")


def _demonstration_key(key_id: str) -> str:
    """Return `id:private` of a key that every process of a demonstration finds for itself."""
    return f"{key_id}:{hashlib.sha256(f'bank key {key_id} of {SECRET_KEY}'.encode()).hexdigest()}"


BANK_URL = env("BANK_URL", f"http://127.0.0.1:{SANDBOX_PORT}" if DEMONSTRATION else None)
BANK_OUR_KEYS = env("BANK_OUR_KEYS", _demonstration_key("UNION01") if DEMONSTRATION else None)
"""`id:private,…` in hex; the first signs (docs/bank.md)."""
BANK_SANDBOX_KEYS = _demonstration_key("CCB01") if DEMONSTRATION else ""
BANK_THEIR_KEYS = env("BANK_THEIR_KEYS", "" if DEMONSTRATION else None)
"""`id:public,…` in hex: every key of the bank's that is believed; empty: the simulated bank's."""

# Ways out of the house (docs/notices.md); one without an address is closed.
_SANDBOX = f"http://127.0.0.1:{SANDBOX_PORT}" if DEMONSTRATION else ""
NOTICE_TERMS = "smartunion.site.telling.terms"
ASSESSMENT_KEY_ID = env("ASSESSMENT_KEY_ID", "ASSESS01")
ASSESSMENT_SECRET = env("ASSESSMENT_SECRET", f"assessment of {SECRET_KEY}" if DEMONSTRATION else "")
"""What an outside assessment system signs its results with; without it none are taken."""
WELLBEING_ITEMS = env("WELLBEING_ITEMS", "")
WELLBEING_ITEMS_SHA256 = env("WELLBEING_ITEMS_SHA256", "")
"""The licensed wording of the questionnaire, outside the house; without it a marked stand-in."""

CALLBACK_KEY_ID = env("CALLBACK_KEY_ID", "CALLBACK01")
CALLBACK_SECRET = env("CALLBACK_SECRET", f"callback of {SECRET_KEY}" if DEMONSTRATION else "")
"""What the call-back firm signs its results with; without it none are taken by the API."""

RECEIPT_SECRET = env("RECEIPT_SECRET", f"receipts of {SECRET_KEY}" if DEMONSTRATION else "")
SMS_URL = env("SMS_URL", _SANDBOX)
SMS_KEY_ID = env("SMS_KEY_ID", "UNION01")
SMS_SECRET = env("SMS_SECRET", f"sms of {SECRET_KEY}" if DEMONSTRATION else "")
SMS_SIGN = env("SMS_SIGN", "校工会")
VOICE_URL = env("VOICE_URL", SMS_URL if DEMONSTRATION else "")
VOICE_KEY_ID = env("VOICE_KEY_ID", SMS_KEY_ID)
VOICE_SECRET = env("VOICE_SECRET", SMS_SECRET)
VOICE_SHOWN = env("VOICE_SHOWN", "")
"""The number that a called phone shows."""
WECOM_URL = env("WECOM_URL", _SANDBOX)
WECOM_CORP_ID = env("WECOM_CORP_ID", "ww-sandbox")
WECOM_SECRET = env("WECOM_SECRET", f"wecom of {SECRET_KEY}" if DEMONSTRATION else "")
WECOM_AGENT_ID = env("WECOM_AGENT_ID", "1000001")
HOSPITAL_FHIR_URL = env("HOSPITAL_FHIR_URL", _SANDBOX and f"{_SANDBOX}/hospital/fhir/r4")
"""The campus hospital's FHIR server, R4 or R5 by its last word; without one nobody is let in."""
HOSPITAL_FHIR_TOKEN = env(
    "HOSPITAL_FHIR_TOKEN", f"hospital of {SECRET_KEY}" if DEMONSTRATION else ""
)
# The policy desk's optional servers (docs/policy-api.md); without one everything else works.
POLICY_MODEL_URL = env("POLICY_MODEL_URL", _SANDBOX and f"{_SANDBOX}/llm/v1")
POLICY_MODEL_NAME = env("POLICY_MODEL_NAME", "sandbox-7b" if DEMONSTRATION else "")
POLICY_MODEL_KEY = env("POLICY_MODEL_KEY", "")
POLICY_MODEL_EXTRA = env("POLICY_MODEL_EXTRA", "")
"""JSON merged into each request: `{"chat_template_kwargs": {"enable_thinking": false}}`."""
POLICY_REWRITE = env("POLICY_REWRITE", "no") == "yes"
POLICY_EMBED_URL, POLICY_EMBED_NAME = env("POLICY_EMBED_URL", ""), env("POLICY_EMBED_NAME", "")
POLICY_RERANK_URL, POLICY_RERANK_NAME = env("POLICY_RERANK_URL", ""), env("POLICY_RERANK_NAME", "")
POLICY_VOICE_URL = env("POLICY_VOICE_URL", _SANDBOX and f"{_SANDBOX}/llm/v1")
POLICY_VOICE_NAME = env("POLICY_VOICE_NAME", "sensevoice")
EMAIL_HOST = env("EMAIL_HOST", "127.0.0.1" if DEMONSTRATION else "")
EMAIL_PORT = int(env("EMAIL_PORT", str(SANDBOX_PORT + 1) if DEMONSTRATION else "587"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env("EMAIL_USE_TLS", "no" if DEMONSTRATION else "yes") == "yes"
EMAIL_DOMAIN = env("EMAIL_DOMAIN", "union.campus.example")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", f"校工会 <notice@{EMAIL_DOMAIN}>")
RESPONSE_PATROL = env("RESPONSE_PATROL", "yes" if DEMONSTRATION else "no") == "yes"
"""A synthetic emergency every quarter of an hour; only where the outside world is simulated."""
if RESPONSE_PATROL and not DEMONSTRATION:
    raise RuntimeError("the patrol calls nobody real: unset RESPONSE_PATROL in production")
ALARM_URL = env("ALARM_URL", "")
"""A second way for alarms, beside our own messages: the webhook of a robot in a WeCom group."""
DEAD_MAN_URL = env("DEAD_MAN_URL", "")
"""Asked every minute while deadlines fire; somebody outside alarms when it is not."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
