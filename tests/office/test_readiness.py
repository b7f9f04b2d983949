"""Whether stores answer is looked at once a second, however many ask."""

from concurrent.futures import ThreadPoolExecutor

from seawall.office.readiness import Lately


def test_stores_are_looked_at_once_a_second_whoever_asks() -> None:
    looks, now = list[int](), [0.0]

    def look() -> dict[str, bool]:
        looks.append(1)
        return {"ledger": len(looks) != 2}

    lately = Lately(look, lambda: now[0])
    with ThreadPoolExecutor(8) as threads:
        answers = [threads.submit(lately) for _ in range(100)]
        assert all(each.result(20) == {"ledger": True} for each in answers)
    assert len(looks) == 1
    now[0] = 0.99
    assert lately() == {"ledger": True}
    now[0] = 1.0
    assert lately() == {"ledger": False}
    now[0] = 2.0
    assert lately() == {"ledger": True}
