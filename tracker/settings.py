"""The one settings file. Nothing is assumed: what an installation must decide, it says in its environment.

With nothing set Sextant refuses to start and names what to set (docs/settings.md explains each).
"""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from tracker.weak import is_tablet_key, weaknesses

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()

REQUIRED = {
    "SEXTANT_SECRET_KEY": "50 or more random characters",
    "SEXTANT_DATABASE_URL": "postgres://user:password@host/name, or sqlite:///path",
    "SEXTANT_BROKER_URL": "redis://:password@host:6379/0",
    "SEXTANT_SITE_URL": "the address people type, https://clinic.example",
    "SEXTANT_TABLET_KEY": "64 hexadecimal digits, which open what tablets kept",
    "SEXTANT_EMAIL_URL": "smtp://user:password@host:587",
    "SEXTANT_EMAIL_FROM": "the sender of e-mails",
}
missing = [name for name in REQUIRED if not env.str(name, default="")]
if missing:
    raise ImproperlyConfigured(
        "Sextant is not set up yet. Set these in the environment:\n"
        + "\n".join(f"  {name}  {REQUIRED[name]}" for name in missing)
        + "\nTo try it instead: make demo. To write a production .env: make env."
    )

SECRET_KEY = env.str("SEXTANT_SECRET_KEY")
if weak := weaknesses(SECRET_KEY, {name: env.str(name) for name in ("SEXTANT_DATABASE_URL", "SEXTANT_BROKER_URL")}):
    raise ImproperlyConfigured("Sextant does not start:\n" + "\n".join(f"  {why}" for why in weak))
# The first is what tablets seal with; those behind it open what was sealed before it was changed.
TABLET_KEYS = env.list("SEXTANT_TABLET_KEY")
if not all(is_tablet_key(key) for key in TABLET_KEYS):
    raise ImproperlyConfigured("SEXTANT_TABLET_KEY must be 64 random hexadecimal digits; make env writes some.")
SITE_URL = env.str("SEXTANT_SITE_URL").rstrip("/")
IS_DEMO = env.bool("SEXTANT_DEMO", default=False)
DEBUG = False

# What the site's own address says decides about cookies and HSTS: https, or nothing but this machine.
SITE = urlsplit(SITE_URL)
IS_HTTPS = SITE.scheme == "https"
if not SITE.hostname or (not IS_HTTPS and SITE.hostname not in {"localhost", "127.0.0.1", "::1"}):
    raise ImproperlyConfigured(
        f"SEXTANT_SITE_URL is {SITE_URL!r}: it must begin with https:// unless it is this machine (http://localhost:8000)."
    )
ALLOWED_HOSTS = sorted({SITE.hostname, "127.0.0.1", "localhost"})
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "tracker.accounts",
    "tracker.audit",
    "tracker.people",
    "tracker.alerts",
    "tracker.messaging",
    "programs",
    "assessments",
    "frontend",
    "allauth",
    "allauth.account",
    "rest_framework",
    "drf_spectacular",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "tracker.middleware.answer_health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tracker.middleware.harden_headers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.audit.middleware.note_where_from",
    "frontend.middleware.act_for_user",
    "frontend.public.views.explain_form_addresses",
]

ROOT_URLCONF = "tracker.urls"
WSGI_APPLICATION = "tracker.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "frontend.context.layout",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "frontend.templatetags.fixed",
                "frontend.templatetags.words",
            ],
        },
    }
]
FORM_RENDERER = "frontend.forms.FieldRenderer"

# SQLite: IMMEDIATE and WAL or writers get "locked"; FULL or a power cut takes acknowledged answers.
DATABASES = {"default": env.db_url("SEXTANT_DATABASE_URL")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
    }
else:
    DATABASES["default"] |= {
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # The driver prepares nothing by itself: what is kept so, tracker/prepared.py keeps.
        "OPTIONS": {"options": "-c statement_timeout=5000 -c lock_timeout=4000", "prepare_threshold": None},
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Only the sign-in limiter counts here. In the database it holds when Redis is down.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "sign_in_limits"}}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["tracker.accounts.hashers.Argon2id"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "tracker.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("SEXTANT_TRUSTED_PROXIES", default=0)

SESSION_ENGINE = "tracker.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "frontend.public.views.expired"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "frontend" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STORAGES = {"staticfiles": {"BACKEND": "tracker.assets.Assets"}}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# What is asked for at the root itself: browsers want /favicon.ico for answers that are no page.
WHITENOISE_ROOT = BASE_DIR / "frontend" / "root"

vars().update(env.email_url("SEXTANT_EMAIL_URL"))
DEFAULT_FROM_EMAIL = env.str("SEXTANT_EMAIL_FROM")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tracker.permissions.IsActing"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "tracker.api_errors.answer_in_json",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Sextant",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["tracker.permissions.IsActing"],
}

# Due work is rows in the database; the broker only carries the tick. So a lost message loses nothing.
CELERY_BROKER_URL = env.str("SEXTANT_BROKER_URL")
if CELERY_BROKER_URL.startswith("filesystem://"):
    from tracker.broker import filesystem_options

    CELERY_BROKER_TRANSPORT = "tracker.broker:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = filesystem_options(env.path("SEXTANT_BROKER_DIR"))
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Beat writes its file after each tick: how old that file is says whether beat is well (tracker/health.py).
CELERY_BEAT_SYNC_EVERY = 1
CELERY_BEAT_SCHEDULE = {
    "send messages": {"task": "tracker.messaging.tasks.send_due", "schedule": 5.0, "options": {"expires": 60}},
    "read and bring in files": {"task": "assessments.tasks.work_on_imports", "schedule": 2.0, "options": {"expires": 10}},
    "close missed check-ins": {"task": "programs.tasks.close_missed", "schedule": 60.0, "options": {"expires": 300}},
    "remind of unsigned orders": {"task": "programs.tasks.remind_overdue", "schedule": 300.0, "options": {"expires": 300}},
    "forget old keys": {"task": "tracker.audit.tasks.forget_old_keys", "schedule": 3600.0, "options": {"expires": 3600}},
}

# Whom the page calls that knows no clinic, because something failed. Every other page says the clinic's own numbers.
CRISIS_CALL = env.str("SEXTANT_CRISIS_CALL", default="988")
EMERGENCY_CALL = env.str("SEXTANT_EMERGENCY_CALL", default="911")

# Folders of program and scale files, read in this order; a later file may add, never replace.
PROGRAM_DIRS = [BASE_DIR / "programs" / "protocols"]
SCALE_DIRS = [BASE_DIR / "assessments" / "scales"]
# The scales of this installation, beside the built-in ones.
if scales_folder := env.str("SEXTANT_SCALES_FOLDER", default=""):
    if not Path(scales_folder).is_dir():
        raise ImproperlyConfigured(f"SEXTANT_SCALES_FOLDER is {scales_folder!r}: there is no such folder.")
    SCALE_DIRS.append(Path(scales_folder))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"refusals": {"()": "tracker.logs.WithoutRefusalTraceback"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["refusals"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
