"""A page that failed is written down, without what it was about."""

import io
import logging
from collections.abc import Callable

import pytest
from django.test import Client

from seawall.console.logged import Failure
from seawall.console.pages import own

As = Callable[[str], Client]
PHONE = "13800138000"


def test_a_failure_is_logged_by_where_it_happened_and_not_with_its_values(
    as_: As, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(PHONE)

    handlers = logging.getLogger("django.request").handlers
    (handler,) = [each for each in handlers if isinstance(each.formatter, Failure)]
    written = io.StringIO()
    monkeypatch.setattr(handler, "stream", written)
    monkeypatch.setattr(own, "render", fail)
    bob = as_("bob")
    bob.raise_request_exception = False
    assert bob.get("/me/?asked=110101").status_code == 500
    said = written.getvalue()
    assert "ValueError at /me/\n" in said
    assert "raise ValueError(PHONE)" in said
    assert PHONE not in said
    assert "110101" not in said
