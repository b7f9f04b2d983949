"""What Django is told: which rooms, who signs in how, and what a browser may do with our pages.

One dictionary, and what depends on the home (its secret, its addresses) laid over it when a server starts.
No secret stands in a file of settings.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from seawall.office import secret_files
from seawall.office.addresses import Identity, Mail
from seawall.office.homes import Home
from seawall.records import starting

_DAY = int(timedelta(days=1).total_seconds())
_YEAR = 365 * _DAY

IDENTITY: Final = "house"
"""The institution's own provider of identities, in the addresses of signing in."""
_IDENTITY_SECRET: Final = "SEAWALL_IDENTITY_SECRET"  # noqa: S105 - the name of a variable
DJANGO: Final[dict[str, Any]] = {
    "INSTALLED_APPS": [
        "seawall.records",
        "seawall.console",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        "django.contrib.humanize",  # its templates of sign-in pages ask for it
        "django_htmx",
        "allauth",
        "allauth.account",
        "allauth.mfa",
        "allauth.socialaccount",  # always, so that its tables are watched before the first provider
        "allauth.usersessions",
    ],
    "MIDDLEWARE": [
        "seawall.console.counting.measured",
        "django.middleware.security.SecurityMiddleware",
        "whitenoise.middleware.WhiteNoiseMiddleware",
        "seawall.console.middleware.headers",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "allauth.account.middleware.AccountMiddleware",
        "allauth.usersessions.middleware.UserSessionsMiddleware",
        "seawall.console.middleware.spoken",
        "seawall.console.middleware.Refusals",
    ],
    "ROOT_URLCONF": "seawall.console.urls",
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                    "seawall.console.middleware.frame",
                ],
                "builtins": [
                    "seawall.console.templatetags.seawall",
                    "seawall.console.templatetags.charts",
                ],
            },
        }
    ],
    # Who signs in, and how.
    "AUTH_USER_MODEL": "records.Person",
    "AUTHENTICATION_BACKENDS": ["allauth.account.auth_backends.AuthenticationBackend"],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
    ]
    + [
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 12},
        }
    ],
    "LOGIN_URL": "account_login",
    "LOGIN_REDIRECT_URL": "today",
    "ACCOUNT_ADAPTER": "seawall.console.signing_in.Adapter",
    "ACCOUNT_USER_MODEL_USERNAME_FIELD": "name",
    "ACCOUNT_LOGIN_METHODS": {"username"},
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "password1*"],
    "ACCOUNT_EMAIL_VERIFICATION": "none",  # people are added by an administrator, not by an e-mail
    "ACCOUNT_LOGOUT_REDIRECT_URL": "account_login",
    "ACCOUNT_PREVENT_ENUMERATION": "strict",
    "ACCOUNT_RATE_LIMITS": {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"},
    "ACCOUNT_REAUTHENTICATION_TIMEOUT": 300,
    "ACCOUNT_SESSION_REMEMBER": False,
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "MFA_PASSKEY_LOGIN_ENABLED": True,
    "MFA_TOTP_ISSUER": "Seawall",
    "MFA_ADAPTER": "seawall.console.signing_in.SecondFactors",
    "MFA_ALLOW_UNVERIFIED_EMAIL": True,
    "MFA_RECOVERY_CODES_SHOW_ONCE": True,
    "USERSESSIONS_TRACK_ACTIVITY": False,  # a row written at every look would cost more than it tells
    # What a browser may do.
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_AGE": _DAY // 2,
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_FAILURE_VIEW": "seawall.console.pages.failures.stale_form",
    "X_FRAME_OPTIONS": "DENY",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2_500_000,
    "FILE_UPLOAD_PERMISSIONS": 0o600,
    # Static files come from the package, without a step of collecting.
    "STATIC_URL": "/static/",
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_MAX_AGE": _DAY,
    "USE_I18N": True,
    "LANGUAGES": [("en", "English"), ("zh-hans", "简体中文")],
    "LANGUAGE_CODE": "en",
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "MESSAGE_STORAGE": "django.contrib.messages.storage.session.SessionStorage",
    "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    "LOGGING": {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"failure": {"()": "seawall.console.logged.Failure"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "failure"}},
        "loggers": {
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False}
        },
    },
    "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
}

ENCRYPTED: Final[dict[str, Any]] = {
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "SECURE_HSTS_SECONDS": _YEAR,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
}
"""Laid over where browsers reach the pages by https."""

PROXIED: Final[dict[str, Any]] = {
    "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https"),
    "ALLAUTH_TRUSTED_PROXY_COUNT": 1,  # whose address limits count by: what the one proxy saw
}
"""Laid over where a proxy in front ends TLS; it overwrites both headers."""
SECRET: Final = "keys/console.key"  # noqa: S105 - the file's name
"""Where a home keeps the secret that signs sessions, unless `SEAWALL_CONSOLE_SECRET` holds it."""
_SECRET_VARIABLE: Final = "SEAWALL_CONSOLE_SECRET"  # noqa: S105 - the variable's name
_MAIL_PASSWORD: Final = "SEAWALL_MAIL_PASSWORD"  # noqa: S105 - the variable's name
_SECRET_BYTES: Final = 50
_NO_MAIL: Final = "django.core.mail.backends.dummy.EmailBackend"


def of(home: Home, environment: Mapping[str, str]) -> dict[str, Any]:
    """What depends on a home: its secret, by which names its pages are reached, and how they are encrypted."""
    console = home.settings.console
    told: dict[str, Any] = {
        "SECRET_KEY": environment.get(_SECRET_VARIABLE) or secret(home),
        "ALLOWED_HOSTS": list(console.names),
        "CSRF_TRUSTED_ORIGINS": [console.origin],
        **(_mail(console.mail, environment) if console.mail else {"EMAIL_BACKEND": _NO_MAIL}),
    }
    if console.identity:
        told |= _identity(console.identity, environment)
    if console.encrypted:
        told |= ENCRYPTED
    return told | PROXIED if console.behind_proxy else told


def secret(home: Home) -> str:
    """The secret of a home, made where there is none yet."""
    return secret_files.made_once(home.folder / SECRET, _SECRET_BYTES)


def _identity(identity: Identity, environment: Mapping[str, str]) -> dict[str, Any]:
    """People sign in where they do already; who is nobody's here does not come in."""
    app = {
        "provider_id": IDENTITY, "name": identity.title, "client_id": identity.client,
        "secret": environment.get(_IDENTITY_SECRET, ""),
        "settings": {"server_url": identity.issuer, "oauth_pkce_enabled": True},
    }  # fmt: skip
    providers = ["allauth.socialaccount.providers.openid_connect"]
    return {
        "INSTALLED_APPS": [*DJANGO["INSTALLED_APPS"], *providers],
        "SOCIALACCOUNT_ADAPTER": "seawall.console.signing_in_elsewhere.Elsewhere",
        "SOCIALACCOUNT_PROVIDERS": {"openid_connect": {"APPS": [app]}},
        "SOCIALACCOUNT_ONLY": False,
        "SEAWALL_IDENTITY": identity.title,
    }


def _mail(mail: Mail, environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "EMAIL_HOST": mail.host,
        "EMAIL_PORT": mail.port,
        "EMAIL_HOST_USER": mail.user,
        "EMAIL_HOST_PASSWORD": environment.get(_MAIL_PASSWORD, ""),
        "EMAIL_USE_TLS": mail.encrypted == "starttls",
        "EMAIL_USE_SSL": mail.encrypted == "tls",
        "DEFAULT_FROM_EMAIL": mail.sender,
    }


def prepare(more: Mapping[str, Any]) -> None:
    """Tell Django all it is to know in this process; at most once.

    Args:
        more: what depends on the home: `SECRET_KEY`, `ALLOWED_HOSTS`, and `ENCRYPTED` where pages are.
    """
    starting.prepare({**DJANGO, **more})
