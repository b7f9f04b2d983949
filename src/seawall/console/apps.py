"""The room as Django knows it: it has pages, and no rows."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console's templates, tags and static files."""

    name = "seawall.console"
    label = "console"

    def ready(self) -> None:
        """Hear of factors that people add."""
        # Models can be imported from now on.
        from allauth.mfa.signals import authenticator_added  # noqa: PLC0415

        from seawall.console import factors  # noqa: PLC0415

        authenticator_added.connect(factors.first_added, dispatch_uid="first_added")
