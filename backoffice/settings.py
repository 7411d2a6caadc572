"""The site's settings, all of them from the environment; accounts at vendors are rows, not settings.

With DATABASE_URL unset this is a machine for development: private PostgreSQL, file broker and secrets of
its own, below var/. With DATABASE_URL set nothing is made up: what is missing is an error.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured

from backoffice import embedded, site

django_stubs_ext.monkeypatch()  # the generics of the type stubs, at run time


BASE_DIR = Path(__file__).resolve().parent.parent
env: Any = environ.Env()  # the package has no types
env.read_env(BASE_DIR / ".env")

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
OWN_MACHINE = not env.str("DATABASE_URL", default="") or env.bool("OWN_MACHINE", default=False)


def required(name: str) -> str:
    """A setting that production must give and that a development machine makes for itself."""
    value = env.str(name, default="")
    if value:
        return str(value)
    if OWN_MACHINE:
        return embedded.local_secret(VAR_DIR / "secrets", name)
    raise ImproperlyConfigured(f"{name} is not set; see the README, section Production")


def database() -> dict[str, object]:
    """The database of DATABASE_URL, or the private one."""
    url = env.str("DATABASE_URL", default="")
    if not url:
        url = embedded.database_url(VAR_DIR / "postgresql")
        os.environ.update(DATABASE_URL=url, OWN_MACHINE="1")  # processes that this one starts use it, too
    try:
        parsed: dict[str, object] = env.db_url_config(url)
    except Exception as error:  # noqa: BLE001 whatever the parser raises, it is the address
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read ({type(error).__name__})") from None
    if "postgresql" not in str(parsed.get("ENGINE")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://: no other database will do")
    return parsed


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = required("SECRET_KEY")
FIELD_ENCRYPTION_KEYS = [key for key in required("FIELD_ENCRYPTION_KEYS").replace(" ", "").split(",") if key]
# where vendors reach us from outside, e.g. https://back.example; without it calendars are polled
PUBLIC_URL = env.str("PUBLIC_URL", default="")
# days for which what nobody asks for any more is kept (flow/prune.py); 0 = for ever
KEEP_DAYS = env.int("KEEP_DAYS", default=90)
KEEP_EVENTS_DAYS = env.int("KEEP_EVENTS_DAYS", default=90)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"] if OWN_MACHINE else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# our locks are the server's sessions: it must notice in a minute, not in hours, that a worker's host is gone
KEEPALIVE = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
DATABASES: dict[str, Any] = {"default": {**database(), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}}
_options = DATABASES["default"].setdefault("OPTIONS", {})
_options["options"] = f"{_options.get('options', '')} {KEEPALIVE}".strip()
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE", default="test_latchkey")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "backoffice",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # staff's pages; guests' mails carry their own languages
UNFOLD = site.UNFOLD
LOGIN_REDIRECT_URL = "admin:index"
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise wants it, even to find files elsewhere
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

NAMED = [host for host in ALLOWED_HOSTS if host not in ("*", "localhost", "127.0.0.1", "[::1]")]
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=bool(NAMED) and not OWN_MACHINE and not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS_ONLY else 0
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]


# ---------------------------------------------------------------------------------------------- mail
def mail(url: str) -> dict[str, Any]:
    """Where mails go; a folder's path is kept whole, of which django-environ drops the first slash."""
    parts = urlsplit(url)
    found: dict[str, Any] = env.email_url_config(url)
    if parts.scheme == "filemail":
        folder = parts.netloc + parts.path
        found["EMAIL_BACKEND"] = "backoffice.mailfolder.EmailBackend"
        found["EMAIL_FILE_PATH"] = f"/{folder.lstrip('/')}" if parts.path.startswith("//") else folder
    return found


vars().update(mail(env.str("EMAIL_URL", default="") or f"filemail:{VAR_DIR / 'mail'}"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Latchkey <doors@latchkey.example>")
EMAIL_TIMEOUT = 20

# -------------------------------------------------------------------------------------------- celery
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
if not CELERY_BROKER_URL:
    CELERY_BROKER_URL = "filesystem://localhost/"
    _queue = VAR_DIR / "broker"
    for _name in ("queue", "done", "control"):
        (_queue / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "queue"),
        "data_folder_out": str(_queue / "queue"),
        "processed_folder": str(_queue / "done"),
        "control_folder": str(_queue / "control"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_TIME_LIMIT = 900

# ----------------------------------------------------------------------------------------------- api
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["backoffice.api.permissions.ModelPermissions"],
    "DEFAULT_PAGINATION_CLASS": "backoffice.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "backoffice.api.errors.answer",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Latchkey",
    "DESCRIPTION": "Bookings, doors and the ways in between them. Times are ISO 8601 in UTC.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backoffice.api.errors.in_schema",
    ],
    "ENUM_NAME_OVERRIDES": {  # of choices that stand in more than one shape
        "CodeState": "backoffice.states.CodeState",
        "ConflictKind": "backoffice.models.ConflictKind",
        "ConflictState": "backoffice.states.ConflictState",
        "GrantState": "backoffice.states.GrantState",
        "OverrideKind": "backoffice.models.OverrideKind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "backoffice.logs.Discreet",
            "format": "{asctime} {levelname:<7} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "loggers": {
        "backoffice": {"level": env.str("LOG_LEVEL", default="WARNING")},
        "integrations": {"level": env.str("LOG_LEVEL", default="WARNING")},
        "urllib3": {"level": "ERROR"},  # its lines hold whole addresses, with the vendors' keys
        "requests": {"level": "ERROR"},
        "django.template": {"level": "INFO"},  # below that it writes what a page was made of
        "django.db": {"level": "INFO"},  # and what was asked for and stored
    },
}
