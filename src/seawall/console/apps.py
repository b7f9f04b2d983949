"""The room as Django knows it: it has pages, and no rows."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console's templates, tags and static files."""

    name = "seawall.console"
    label = "console"
