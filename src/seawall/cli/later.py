"""Modules that load when first used: `--help` and `version` need no engine, book or simulator."""

from importlib import import_module
from types import ModuleType


class _Later(ModuleType):
    def __getattr__(self, name: str) -> object:
        return getattr(import_module(self.__name__), name)


def later(*names: str) -> tuple[ModuleType, ...]:
    """Stand-ins for modules, each of which imports its own at the first look at an attribute.

    Type checkers do not see through them: give them the real import under `TYPE_CHECKING`.
    """
    return tuple(_Later(name) for name in names)
