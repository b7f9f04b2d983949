"""A table's rows, for the registers: the module of models can only be imported once Django is set up."""

from typing import TYPE_CHECKING, Any

from django.apps import apps

if TYPE_CHECKING:
    from django.db.models import Manager


def rows(model: str) -> "Manager[Any]":
    """The rows of a model, by its name."""
    found: Manager[Any] = apps.get_model("records", model)._default_manager  # noqa: SLF001 - Django's documented name
    return found
