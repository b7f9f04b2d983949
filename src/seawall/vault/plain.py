"""Data in the clear, and keys: values that nothing prints, logs or pickles by accident."""

import hmac
from typing import NoReturn

HIDDEN = "‹sealed›"


class Plain:
    """One value in the clear, such as a phone number.

    Its `repr`, `str` and `format` hide it, so that logs, messages and tracebacks with local
    variables do; it cannot be pickled or hashed. Whoever needs the text asks for it by name.

    >>> Plain("+8613800138000")
    Plain(‹sealed›)
    >>> f"{Plain('+8613800138000')}"
    '‹sealed›'
    """

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The value itself. Hand it on; keep it in no variable longer than needed."""
        return self._text

    def __repr__(self) -> str:
        """Nothing of the value, its length neither."""
        return f"Plain({HIDDEN})"

    def __str__(self) -> str:
        """The same for `print` and logs."""
        return HIDDEN

    def __format__(self, spec: str) -> str:
        """The same for f-strings, whatever they ask for."""
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        """Equality in constant time."""
        if not isinstance(other, Plain):
            return NotImplemented
        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __reduce__(self) -> NoReturn:
        """Refused: a pickle would be a copy in the clear."""
        raise TypeError("a Plain value cannot be pickled or copied")


class Secret(bytes):
    """A key. Bytes, but for its `repr`, so that a traceback with local variables shows no key.

    >>> Secret(b"0123456789abcdef")
    Secret(‹sealed›)
    """

    __slots__ = ()

    def __repr__(self) -> str:
        """Nothing of the key."""
        return f"Secret({HIDDEN})"

    def __str__(self) -> str:
        """The same for `print` and logs."""
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        """Refused: a pickle would be a copy in the clear."""
        raise TypeError("a key cannot be pickled or copied")
