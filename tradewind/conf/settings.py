"""Settings of an installation; what differs from place to place comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.fernet import Fernet
from csp.constants import NONE, SELF

from tradewind.conf import home
from tradewind.conf.memory import collect_less

ROOT = Path(__file__).resolve().parent.parent
HOME = home.home()

collect_less()
DEBUG = os.environ.get("TRADEWIND_DEBUG") == "1"
SECRET_KEY = home.secret("session_key")
FIELD_KEYS = home.secret("field_keys", lambda: Fernet.generate_key().decode()).split()
ALLOWED_HOSTS = os.environ.get("TRADEWIND_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TRADEWIND_ORIGINS", "").split(",") if o]

APPS = [
    "org", "markets", "logistics", "research", "catalog", "sourcing", "stock", "stores",
    "listings", "prices", "orders", "fulfilment", "settlements", "claims", "treasury", "payables",
    "ledger", "profit",
]  # fmt: skip
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "lucide",
    "ninja",
    "django_tasks",
    "django_tasks_db",
    "tradewind.db.apps.DbConfig",
    *[f"tradewind.apps.{name}" for name in APPS],
    "tradewind.web.apps.WebConfig",
    "tradewind.cli.apps.CliConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tradewind.web.middleware.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tradewind.conf.urls"
ASGI_APPLICATION = "tradewind.conf.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "web"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tradewind.web.shell.context",
            ],
        },
    }
]

DATABASES = {"default": home.database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "tradewind.web.people.locked_out"
CSRF_FAILURE_VIEW = "tradewind.web.errors.csrf"

SECURE = os.environ.get("TRADEWIND_HTTPS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 80 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000

USE_TZ = True
TIME_ZONE = "UTC"
DESK_ZONE = os.environ.get("TRADEWIND_ZONE", "Asia/Shanghai")  # in which screens show times
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = sorted((ROOT / "locale").glob("*/"))

STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Jobs: "embedded" (a database-backed worker that `tradewind serve` starts) or "celery".
JOBS = os.environ.get("TRADEWIND_JOBS", "embedded")
BROKER_URL = os.environ.get("TRADEWIND_BROKER_URL", "redis://127.0.0.1:6379/0")
TASKS = {
    "default": {
        "BACKEND": {
            "embedded": "django_tasks_db.DatabaseBackend",
            "celery": "tradewind.conf.celery.CeleryBackend",
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
        }[JOBS],
        "QUEUES": [],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # Refusals and mistyped addresses are answers, not events of the server.
    "loggers": {"django.request": {"level": "ERROR"}},
    "root": {"handlers": ["console"], "level": os.environ.get("TRADEWIND_LOG", "WARNING")},
}
