"""The vault's laws on SQLite."""

import pytest

from tests.vault.conftest import Check, Room
from tests.vault.laws import LAWS


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_on_sqlite(law: Check, room: Room) -> None:
    law(room)
