"""The room as Django knows it."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """The room's rows and their migrations."""

    name = "seawall.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
