"""Settings of the portal, read from the environment (and `.env`) and from nowhere else.

Read top to bottom: paths, secrets, apps, database, cache, celery, language, security, logging.
In production a missing secret stops the start; `DEMO=1` and `DEBUG=1` bring their own.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").exists():
    environ.Env.read_env(BASE_DIR / ".env")

# --- mode and places -------------------------------------------------------------------------------
DEMO = env.bool("DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = DEMO or DEBUG
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var" / ("demo" if DEMO else "data"))))
DATA_DIR.mkdir(parents=True, exist_ok=True)


def _secret(name: str, *, purpose: bytes) -> str:
    """Value of a required secret; only the demo and development derive one from a file of their own."""
    value: str = env.str(name, default="")
    if value:
        return value
    if not EMBEDDED:
        message = f"{name} is not set. See .env.example; `python3 manage.py demo` needs none."
        raise ImproperlyConfigured(message)
    seed_file = DATA_DIR / "secret"
    if not seed_file.exists():
        seed_file.write_bytes(secrets.token_bytes(32))
        seed_file.chmod(0o600)
    return base64.urlsafe_b64encode(hashlib.sha256(seed_file.read_bytes() + purpose).digest()).decode()


# --- secrets ---------------------------------------------------------------------------------------
SECRET_KEY = _secret("SECRET_KEY", purpose=b"session")
FIELD_KEYS = [key.strip() for key in _secret("FIELD_KEYS", purpose=b"fields").split(",") if key.strip()]
BLIND_INDEX_KEY = _secret("BLIND_INDEX_KEY", purpose=b"index")

# Of `backup` and `restore`; better given to the one command than kept here.
BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", default="")

# --- applications ----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "orgs.apps.OrgsConfig",
    "accounts.apps.AccountsConfig",
    "reporting.apps.ReportingConfig",
    "scoring.apps.ScoringConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "import_export",
    "mptt",
]
MIDDLEWARE = [
    "config.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.WithoutNulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.NoStoreMiddleware",
    "config.middleware.MustChangePasswordMiddleware",
    "config.middleware.ScopeMemoMiddleware",
    "config.sign_in_middleware.SignInLifeMiddleware",
    "config.sign_in_middleware.SecondFactorMiddleware",
    "config.large_files.LargeFileMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
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
                "config.navigation.menu",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- database --------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE: a transaction that reads before it writes would otherwise fail instead of waiting for the lock.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 30,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
else:
    # Compiling a page's statement takes PostgreSQL longer than running it: 9 s instead of 2 s on 100,000 units.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options.setdefault("options", "-c jit=off")
    # A database that doesn't answer is told to the person at once, not after minutes.
    _options.setdefault("connect_timeout", 3)

# --- cache and jobs --------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "config_cache"}
}
# Numbers of the menu that take long to count: each web process remembers them for a minute (config/navigation.py).
CACHES["counters"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "counters",
    "TIMEOUT": 60,
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL or "filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem://"):
    BROKER_DIR = DATA_DIR / "broker"
    for folder in ("queue", "processed", "control"):
        (BROKER_DIR / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "send-mails": {"task": "orgs.send_mails", "schedule": crontab()},
    "close-week": {"task": "reporting.close_due_weeks", "schedule": crontab(minute=5)},
    "judge-campaigns": {"task": "reporting.judge_campaigns", "schedule": crontab(minute=35)},
    "judge-deadlines": {"task": "reporting.judge_deadlines", "schedule": crontab()},
    "compute-sheets": {"task": "scoring.compute_this_year", "schedule": crontab(minute=20)},
    "remind-self-assessments": {
        "task": "scoring.remind_self_assessments",
        "schedule": crontab(hour=9, minute=10),
    },
    "requeue-lost-jobs": {"task": "orgs.requeue_lost_jobs", "schedule": crontab(minute="*/5")},
    "seal-audit": {"task": "orgs.seal_audit", "schedule": crontab(minute="*/5")},
    "purge-administrators": {"task": "accounts.purge_administrators", "schedule": crontab(hour=3, minute=40)},
    "purge-files": {"task": "accounts.purge_files", "schedule": crontab(minute=50)},
    "delete-check-photos": {"task": "reporting.delete_check_photos", "schedule": crontab(hour=3, minute=50)},
    "purge-jobs": {"task": "reporting.purge_jobs", "schedule": crontab(hour=3, minute=55)},
    "purge-sheet-documents": {"task": "scoring.purge_documents", "schedule": crontab(hour=3, minute=50)},
    "purge-hand-ins": {"task": "reporting.purge_hand_ins", "schedule": crontab(hour=3, minute=45)},
    "fetch-statistics": {"task": "reporting.fetch_all_statistics", "schedule": crontab(hour=9, minute=25)},
    "settle-demands": {"task": "reporting.settle_demands", "schedule": crontab(minute="*/15")},
    "purge-list-files": {"task": "config.purge_list_files", "schedule": crontab(minute=45)},
    "check-integrity": {"task": "config.check_integrity", "schedule": crontab(hour=4, minute=20)},
    "watch-appointments": {"task": "orgs.watch_appointments", "schedule": crontab(hour=6, minute=10)},
}

# --- people ----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "orgs.User"
AUTHENTICATION_BACKENDS = ["orgs.backends.MobileOrUsernameBackend"]
LOGIN_URL = "orgs:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "orgs:login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "orgs.password_policy.PortalWordsValidator"},
]
# For sites under 等保 assessment: kinds of characters, and a new password every 90 days (docs/install.md).
PASSWORD_DAYS = 0
if env.bool("DJBH_PASSWORD_POLICY", default=False):
    AUTH_PASSWORD_VALIDATORS += [{"NAME": "orgs.password_policy.CompositionValidator"}]
    PASSWORD_DAYS = 90
INITIAL_PASSWORD_DAYS = 7
# Roles that must use a second factor; nobody in the demo.
SECOND_FACTOR_ROLES = env.list(
    "SECOND_FACTOR_ROLES", default=[] if EMBEDDED else ["province", "auditor", "sysadmin", "committee"]
)
INVITATION_DAYS = 20
# 年度确认: appointments are confirmed anew from this day of the year on; unconfirmed for so many days, they end (0: never).
CONFIRMATION_STARTS = env.str("CONFIRMATION_STARTS", default="09-01")
END_UNCONFIRMED_AFTER_DAYS = env.int("END_UNCONFIRMED_AFTER_DAYS", default=180)
# orgs/pinyin.py has phrases of its own: without the package's each process saves 50 MB and a second.
env.ENVIRON.setdefault("PYPINYIN_NO_PHRASES", "1")
INVITATION_REDIRECT_URL = "accounts:start"
# Seconds a sign-in may be idle, and may last in all: at desks others pass by, and on a person's own phone.
SIGN_IN_AT_DESKS, SIGN_IN_ELSEWHERE = (30 * 60, 12 * 3600), (12 * 3600, 7 * 24 * 3600)
SESSION_COOKIE_AGE = SIGN_IN_ELSEWHERE[1]
# 信息无误: after so many days a unit is asked again whether an account is still as registered.
ACCOUNT_CONFIRM_DAYS = env.int("ACCOUNT_CONFIRM_DAYS", default=90)
# 多日未发布: the clock of a channel shows these numbers of days since its last item (SUP-2.1.3).
SILENT_AFTER_DAYS = tuple(int(days) for days in env.list("SILENT_AFTER_DAYS", default=["14", "30", "60"]))
INCIDENT_HANDLE_HOURS = env.int("INCIDENT_HANDLE_HOURS", default=24)
# 抽查异议: a unit may object to a spot check until so many days after it was recorded.
OBJECTION_DAYS = env.int("OBJECTION_DAYS", default=7)
# Personal data of administrators is purged so many months after they left (0: never), from their old forms too;
# their terms and what else the forms say stay. Drafts and returned forms that nobody touched for so long lose it as well.
ADMINISTRATOR_KEEP_MONTHS = env.int("ADMINISTRATOR_KEEP_MONTHS", default=12)
# UNI-3.3: who is founded after the launch of a campaign has at least so many days for what it asks (0: only until its deadline).
FOUNDED_LATE_DAYS = env.int("FOUNDED_LATE_DAYS", default=14)
# 统计接口: where the platforms' statistics are asked for, where a unit has credentials (reporting/collectors).
WECHAT_API_URL = env.str("WECHAT_API_URL", default="https://api.weixin.qq.com").rstrip("/")
WECOM_API_URL = env.str("WECOM_API_URL", default="https://qyapi.weixin.qq.com").rstrip("/")
WEIBO_API_URL = env.str("WEIBO_API_URL", default="https://api.weibo.com").rstrip("/")
# Jobs of judgings, trials and files of weeks are deleted so many days after they ended (0: never); what they made stays.
JOBS_KEPT_DAYS = env.int("JOBS_KEPT_DAYS", default=30)

# --- reminders and mail ----------------------------------------------------------------------------
# smtp+tls://user:password@host:587 and the like; without it a production portal leaves messages in the portal only.
EMAIL_URL = env.str("EMAIL_URL", default="consolemail://" if EMBEDDED else "")
MAIL_IS_ON = bool(EMAIL_URL)
_mail = env.email_url_config(EMAIL_URL or "dummymail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_BACKEND"], _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="portal@localhost")
# Where the links of a mail lead; a worker has no request to take it from.
SITE_URL = env.str(
    "SITE_URL", default=next(iter(env.list("CSRF_TRUSTED_ORIGINS", default=[])), "http://127.0.0.1:8000")
).rstrip("/")
# No mail goes out between these hours in Asia/Shanghai; at most so many reminders a unit and week.
QUIET_FROM = env.str("QUIET_FROM", default="21:00")
QUIET_UNTIL = env.str("QUIET_UNTIL", default="08:00")
REMINDERS_PER_WEEK = env.int("REMINDERS_PER_WEEK", default=3)
# The direct units' weekly report: a fall of the coverage by more percentage points than this is to be explained; the
# first week of which a report is asked (2026-W40), empty for the first closed one.
COVERAGE_DROP_POINTS = env.int("COVERAGE_DROP_POINTS", default=5)
WEEKLY_REPORTS_FROM = env.str("WEEKLY_REPORTS_FROM", default="")
# 通报: 1 refuses to publish a bulletin before everybody it names for bad work has been told.
BULLETIN_NOTICE = env.bool("BULLETIN_NOTICE", default=False)

# --- language and time -----------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
# From so many units on, a week is closed tree by tree, by every worker that is free (0: always by one process).
CLOSE_IN_PARTS_FROM = env.int("CLOSE_IN_PARTS_FROM", default=100_000)
# A week or a deadline can be reached in every process of a demo or a test, never in production.
CLOCK_MAY_BE_SHIFTED = DEMO

# --- static files ----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "config" / "static"]
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# How much of an uploaded table is read at most (fields of orgs.kernel.sheets.Limits); `rows` counts data rows.
_MIB = 1024 * 1024
UPLOAD_LIMITS = {
    "bytes": env.int("UPLOAD_MIB", default=10) * _MIB,
    "unpacked_bytes": env.int("UPLOAD_UNPACKED_MIB", default=200) * _MIB,
    "pack_ratio": env.int("UPLOAD_PACK_RATIO", default=100),
    "entries": env.int("UPLOAD_ENTRIES", default=500),
    "sheets": env.int("UPLOAD_SHEETS", default=20),
    "columns": env.int("UPLOAD_COLUMNS", default=64),
    "rows": env.int("UPLOAD_ROWS", default=20_000),
    "cell_characters": env.int("UPLOAD_CELL_CHARACTERS", default=2_000),
    "memory_bytes": env.int("UPLOAD_MEMORY_MIB", default=640) * _MIB,
    "seconds": env.int("UPLOAD_SECONDS", default=15),
}
# A request with the largest file and what else its form says; the proxy's own limit (client_max_body_size) is the same.
LARGEST_REQUEST = UPLOAD_LIMITS["bytes"] + 2 * _MIB

# --- security --------------------------------------------------------------------------------------
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
# A proxy of ours ends TLS and overwrites X-Forwarded-Proto and X-Forwarded-For; without one nobody's word is taken.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# --- logging ---------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
# One JSON object a line, each with the id of its request; for people who develop, plain lines.
LOG_FORMAT = env.str("LOG_FORMAT", default="plain" if EMBEDDED else "json")
LOG_REQUESTS = env.bool("LOG_REQUESTS", default=not EMBEDDED)
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "config.logs.JsonLines"},
    },
    "filters": {
        "without_codes": {"()": "config.logs.WithoutCodes"},
        "outages_in_words": {"()": "config.logs.OutagesInWords"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without_codes", "outages_in_words"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # SECURITY: httpx logs whole addresses, in which platforms want tokens and secrets.
    "loggers": {name: {"level": "WARNING"} for name in ("httpx", "httpcore")}
    # SECURITY: Django's own handler would mail what was typed to ADMINS, should somebody name any.
    | {"django": {"handlers": []}},
}
