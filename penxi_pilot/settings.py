"""Settings, all in one file. With nothing set the embedded default runs: SQLite, a throw-away queue file, sample data.

PENXI_ENV=production asks for DATABASE_URL, REDIS_URL, SECRET_KEY and ALLOWED_HOSTS and refuses to start without them. See .env.example.
"""

import datetime
import secrets
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from penxi_pilot.logs import configure_structlog, logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if (BASE_DIR / ".env").is_file():
    env.read_env(BASE_DIR / ".env")

# --- where we run -------------------------------------------------------------------------------------------------------------

PENXI_ENV = env("PENXI_ENV", default="embedded")
if PENXI_ENV not in ("embedded", "production"):
    raise ImproperlyConfigured(f"PENXI_ENV 只能是 embedded 或 production，现在是 {PENXI_ENV!r}")
PRODUCTION = PENXI_ENV == "production"
DEBUG = env.bool("DEBUG", default=False)

# sample = demonstration data, pinned clock, ribbon; real = nothing of the sort. Production is always real.
PENXI_MODE = "real" if PRODUCTION else env("PENXI_MODE", default="sample")
if PENXI_MODE not in ("sample", "real"):
    raise ImproperlyConfigured(f"PENXI_MODE 只能是 sample 或 real，现在是 {PENXI_MODE!r}")
SAMPLE_MODE = PENXI_MODE == "sample"

# web, worker, beat or command: set by the web server's and Celery's own start, names the log file.
PENXI_PROCESS = env("PENXI_PROCESS", default="command")

PENXI_VAR = Path(env("PENXI_VAR", default=str(BASE_DIR / "var"))).expanduser()
PENXI_VAR = PENXI_VAR if PENXI_VAR.is_absolute() else Path.cwd() / PENXI_VAR
for folder in ("media", "fonts", "logs", "run", "static"):
    (PENXI_VAR / folder).mkdir(parents=True, exist_ok=True)

PENXI_SAMPLE_PASSWORD = env("PENXI_SAMPLE_PASSWORD", default="")


def _pinned_day() -> datetime.date | None:
    """Business day pinned by PENXI_TODAY; the sample year ends on 2023-03-31, so the sample mode stands there."""
    text = env("PENXI_TODAY", default="2023-03-31" if SAMPLE_MODE else "")
    if not text:
        return None
    if PRODUCTION:
        raise ImproperlyConfigured("生产环境不能设置 PENXI_TODAY：业务日期必须是真实日期")
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise ImproperlyConfigured(f"PENXI_TODAY 应写成 2023-03-31 的样子，现在是 {text!r}")


PENXI_TODAY = _pinned_day()


def _embedded_secret() -> str:
    """One secret key per var folder, readable for its owner only."""
    path = PENXI_VAR / "run" / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text()


def _required(name: str) -> str:
    value = env(name, default="").strip()
    if not value:
        raise ImproperlyConfigured(f"生产环境缺少 {name}：请在环境变量或 .env 中设置")
    return value


if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("生产环境不能打开 DEBUG")
    SECRET_KEY = _required("SECRET_KEY")
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 12 or SECRET_KEY.startswith("django-insecure"):
        raise ImproperlyConfigured("SECRET_KEY 太弱：请用 50 个以上的随机字符")
    ALLOWED_HOSTS = [h.strip() for h in _required("ALLOWED_HOSTS").split(",") if h.strip()]
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS 不能是 *：请写明访问本系统用的域名")
else:
    SECRET_KEY = env("SECRET_KEY", default="") or _embedded_secret()
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[]) or ["127.0.0.1", "localhost", "[::1]", "testserver"]

# --- application --------------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "csp",
    "django_filters",
    "django_htmx",
    "simple_history",
    "accounts",
    "pilots",
    "communities",
    "funds",
    "supervision",
    "reports",
]

MIDDLEWARE = [
    "penxi_pilot.health.HealthMiddleware",
    "penxi_pilot.errors.ReferenceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pilots.upload_handler.RequestSizeLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.RequestLimits",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionLimits",
    "accounts.middleware.LoginRequired",
    "accounts.middleware.ForcePasswordChange",
    "accounts.once.SpentForms",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "accounts.middleware.PrivatePages",
    "pilots.asof.AsOfMiddleware",
    "penxi_pilot.home.badges.MenuCounts",
]

ROOT_URLCONF = "penxi_pilot.urls"
WSGI_APPLICATION = "penxi_pilot.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "accounts.context.frame",
                "pilots.asof.frame",
                "penxi_pilot.home.badges.frame",
            ],
            "builtins": ["accounts.templatetags.penxi", "accounts.templatetags.frame"],
        },
    }
]

# --- database -----------------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{PENXI_VAR / 'db.sqlite3'}")}
if PRODUCTION:
    _required("DATABASE_URL")
database = DATABASES["default"]
database["ATOMIC_REQUESTS"] = False
if database["ENGINE"].endswith("sqlite3"):
    if PRODUCTION:
        raise ImproperlyConfigured("生产环境的 DATABASE_URL 须是 PostgreSQL")
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;",
    }
else:
    database["CONN_MAX_AGE"] = 0
    database["CONN_HEALTH_CHECKS"] = True
    database["OPTIONS"] = {"connect_timeout": 5, "options": "-c lock_timeout=10s -c statement_timeout=60s -c timezone=UTC"}
    if PENXI_PROCESS == "web":
        # A pool has threads of its own and does not survive the fork of a worker's children; one job at a time needs none.
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": env.int("DATABASE_POOL", default=10), "timeout": 5}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -------------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.auth.AccountBackend"]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.Length"},
    {"NAME": "accounts.passwords.CharacterKinds"},
    {"NAME": "accounts.passwords.NotCommon"},
    {"NAME": "accounts.passwords.NotLocalName"},
    {"NAME": "accounts.passwords.NotLikeAccount"},
]
# 等保二级 asks for complexity and renewal, ASVS advises against both: settings, on by default.
PASSWORD_CHARACTER_KINDS = env.int("PASSWORD_CHARACTER_KINDS", default=3)
PASSWORD_MAX_AGE_DAYS = env.int("PASSWORD_MAX_AGE_DAYS", default=180)

LOCKOUT_FAILURES = env.int("LOCKOUT_FAILURES", default=5)
LOCKOUT_WINDOW_MINUTES = env.int("LOCKOUT_WINDOW_MINUTES", default=15)
LOCKOUT_MINUTES = env.int("LOCKOUT_MINUTES", default=30)
# The sample mode is tried out by many people, and by programs, from one address.
LOCKOUT_PER_ADDRESS_PER_HOUR = env.int("LOCKOUT_PER_ADDRESS_PER_HOUR", default=500 if SAMPLE_MODE else 50)

SESSION_COOKIE_AGE = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_ABSOLUTE_AGE = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "accounts.views_errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- browser ------------------------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

# --- language, time -----------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# --- files --------------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Production serves what collectstatic gathered at build time; the embedded default serves the sources as they are.
STATIC_ROOT = Path(env("STATIC_ROOT", default="") or (BASE_DIR / "staticfiles" if PRODUCTION else PENXI_VAR / "static"))
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
# What browsers ask for by themselves at the root: the icon, beside a PDF or a picture that is opened alone.
WHITENOISE_ROOT = BASE_DIR / "static" / "root"
MEDIA_ROOT = PENXI_VAR / "media"
MEDIA_URL = "/media-is-never-served/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "pilots.upload_handler.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
PHOTO_MAX_BYTES = env.int("PHOTO_MAX_MB", default=25) * 1024 * 1024
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_MB", default=20) * 1024 * 1024
REQUEST_MAX_BYTES = env.int("REQUEST_MAX_MB", default=60) * 1024 * 1024
PHOTO_MAX_PIXELS = 50_000_000
FILES_PER_RECORD = 20
# Activities before the plan's date of issue are evidence of its first phase; earlier than this day is a slip of the keyboard.
ACTIVITY_EARLIEST = datetime.date.fromisoformat(env("ACTIVITY_EARLIEST", default="2022-01-01"))
UNPACKED_MAX_BYTES = 100 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- money: the county's own limits; those marked 建议 in funds/rules.py wait for its confirmation --------------------------------

# The desks of a 用款申请 in their order; a county with a shorter chain leaves one out (funds/chain.py knows all of them).
FUNDS_CHAIN = env.list("FUNDS_CHAIN", default=["town_review", "finance_check", "head_approval", "to_pay", "paid"])
FUNDS_LARGE_SUM = env.int("FUNDS_LARGE_SUM", default=50_000)
FUNDS_PREPAYMENT_PERCENT = env.int("FUNDS_PREPAYMENT_PERCENT", default=30)
FUNDS_CONTRACT_CHANGE_PERCENT = env.int("FUNDS_CONTRACT_CHANGE_PERCENT", default=10)
FUNDS_DUPLICATE_DAYS = env.int("FUNDS_DUPLICATE_DAYS", default=7)
# 执行率 behind 序时进度 by so many percentage points is 预警, and 严重滞后.
FUNDS_WARN_POINTS = env.int("FUNDS_WARN_POINTS", default=20)
FUNDS_LATE_POINTS = env.int("FUNDS_LATE_POINTS", default=40)

# --- jobs: the row is the truth, the queue may be lost --------------------------------------------------------------------------

REDIS_URL = env("REDIS_URL", default="")
if PRODUCTION:
    _required("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL or f"sqla+sqlite:///{PENXI_VAR / 'queue.sqlite3'}"
if REDIS_URL:
    # A broker that hangs must not hold a web thread: two seconds, one more try, then the sweep sends the job.
    # The visibility timeout lies far above the longest job, so that Redis never gives out one that is still being worked on.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_timeout": 2, "socket_connect_timeout": 2}
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"connect_args": {"timeout": 10}}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MEMORY_MB", default=600) * 1024
CELERY_TASK_SOFT_TIME_LIMIT = env.int("JOB_SOFT_SECONDS", default=240)
CELERY_TASK_TIME_LIMIT = env.int("JOB_HARD_SECONDS", default=300)
# A running job without a heartbeat for so long (they come every 5 s) counts as abandoned and is taken up again.
JOB_STALE_SECONDS = env.int("JOB_STALE_SECONDS", default=45)
CELERY_BEAT_SCHEDULER = "penxi_pilot.beat.OneScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(PENXI_VAR / "run" / "beat-schedule")

# --- logs ---------------------------------------------------------------------------------------------------------------------

configure_structlog()
LOGGING = logging_config(production=PRODUCTION, folder=PENXI_VAR / "logs", process=PENXI_PROCESS)

SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
SIMPLE_HISTORY_ENABLED = True
