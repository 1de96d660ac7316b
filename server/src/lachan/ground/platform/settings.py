"""Django's settings. Everything an operator may change comes from the environment (config.py)."""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from lachan.ground.platform import config, keyring, postgres, static_files

PACKAGE = Path(__file__).resolve().parents[2]
# The browser's side lies beside `server/` in the source tree.
WEB = Path(os.environ.get("LACHAN_WEB") or PACKAGE.parents[2] / "web")

DEMO = config.env_flag("LACHAN_DEMO")
DEBUG = False
SECRET_KEY = keyring.secret("django").hex()
ALLOWED_HOSTS = [h for h in os.environ.get("LACHAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
TLS = config.env_flag("LACHAN_TLS")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if TLS else []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "lachan.ground.platform",
    "lachan.ground.audit",
    "lachan.ground.ingest",
    "lachan.register.areas",
    "lachan.register.access",
    "lachan.register.people",
    "lachan.register.profiles",
    "lachan.register.forms",
    "lachan.register.places",
    "lachan.response.cases",
    "lachan.response.tracing",
    "lachan.response.alerts",
    "lachan.response.care",
    "lachan.systems.checkin",
    "lachan.systems.entry",
    "lachan.systems.proximity",
    "lachan.systems.safety",
    "lachan.systems.selfreport",
    "lachan.faces.desk",
    "lachan.faces.app",
    "lachan.faces.entry",
    "lachan.faces.gate",
    "lachan.faces.map",
    "lachan.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "lachan.register.access.middleware.ActorMiddleware",
    "lachan.register.access.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "lachan.serve.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [WEB / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lachan.ground.platform.context.face",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lachan.ground.platform.templatetags.face",
            ],
        },
    }
]

DATABASES = {"default": config.django_database(config.database_url() or postgres.embedded().url())}
# A view's changes and its audit rows stand or fall together, and the answer leaves after the commit.
DATABASES["default"]["ATOMIC_REQUESTS"] = True
# Sign-in limits and used TOTP codes must be one count for every process: a cache in the memory of each is not.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "access_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "/desk/sign-in/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "lachan.register.access.adapter.OfficerAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
# An officer's session ends with the browser and after SESSION_COOKIE_AGE; allauth would offer three weeks.
ACCOUNT_SESSION_REMEMBER = False
# Five wrong passwords lock the name for 15 minutes; many officers of one office may share an address.
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/900s/key"}
MFA_ADAPTER = "lachan.register.access.adapter.SealingMFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS
MFA_TOTP_ISSUER = "Lá Chắn"

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "lachan_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
LOCALE_PATHS = [WEB / "locale"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

STATICFILES_DIRS = static_files.folders(WEB)
# The build's hash is part of the path: every file may be cached for ever, and relative imports work unrewritten.
BUILD = static_files.build_id(WEB, PACKAGE)
STATIC_URL = f"/static/{BUILD}/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = lambda path, url: True  # noqa: E731  a setting, not a function of ours

SESSION_COOKIE_NAME = "lachan_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# The SMS carrier: an HTTP gateway, or the development page in the demo.
SMS = {
    "carrier": os.environ.get("LACHAN_SMS_CARRIER", "development" if DEMO else "http"),
    "url": os.environ.get("LACHAN_SMS_URL", ""),
    "sender": os.environ.get("LACHAN_SMS_SENDER", "LACHAN"),
    "token": os.environ.get("LACHAN_SMS_TOKEN", ""),
    # Shared with the carrier, which signs its delivery receipts with it.
    "receipt_secret": os.environ.get("LACHAN_SMS_RECEIPT_SECRET", ""),
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LACHAN_LOG", "WARNING")},
}
