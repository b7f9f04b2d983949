"""Processes that begin others, which must not outlive them."""

import os
import threading
from collections.abc import Callable
from typing import Annotated

import typer

BesideOption = Annotated[
    int,
    typer.Option("--beside", hidden=True, help="End when this process, which began it, is gone."),
]


def follow(parent: int, end: Callable[[], object]) -> None:
    """End when the process that began this one is gone, however it ended; it is nobody's where 0.

    Args:
        parent: its id.
        end: what makes this process end, called in a thread.
    """

    def watch() -> None:
        while os.getppid() == parent:
            threading.Event().wait(1)
        end()

    if parent:
        threading.Thread(target=watch, name="beside", daemon=True).start()
