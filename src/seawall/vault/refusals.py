"""What the vault refuses, in sentences that hold tokens and names of fields, never a value."""

from seawall.core.problem import Unable


class UnableToUseVault(Unable):
    """Whatever the vault refuses to do, or cannot; never tells a value."""


class UnableToFindPerson(UnableToUseVault):
    """No person or device has this token."""

    def __init__(self, token: str) -> None:
        super().__init__(f"the vault has no {token}")


class UnableToLookUp(UnableToUseVault):
    """A blind index holds entries under a key that is destroyed, as after restoring an old backup."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"nobody is looked up by {field}: entries of its index are under a key that is gone; "
            f"run `seawall vault reindex {field}`"
        )


class UnableToOpen(UnableToUseVault):
    """A sealed value is not opened."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(f"{what} is not opened: {why}")


class UnableToOpenSoMuch(UnableToUseVault):
    """An actor has opened as much as the purpose allows."""

    def __init__(self, actor: str, most: int, per: str) -> None:
        super().__init__(f"{actor} may open {most} values per {per} for this purpose; wait, or ask")


class UnableToSeal(UnableToUseVault):
    """A value is not sealed for this token."""

    def __init__(self, token: str, why: str) -> None:
        super().__init__(f"nothing is sealed for {token}: {why}")


class UnableToHold(UnableToUseVault):
    """There is no such hold."""

    def __init__(self, token: str, kind: str) -> None:
        super().__init__(f"{token} is not held: the pack declares no hold {kind!r}")


class UnableToErase(UnableToUseVault):
    """A hold stands in the way of an erasure."""

    def __init__(self, token: str, holds: tuple[str, ...]) -> None:
        super().__init__(
            f"{token} is not erased: held by {', '.join(holds)}; processing is restricted"
        )


class UnableToReadCertificate(UnableToUseVault):
    """What should be a certificate of erasure is another text."""

    def __init__(self) -> None:
        super().__init__(
            "this is no certificate of erasure: give what `seawall vault erasures` prints"
        )
