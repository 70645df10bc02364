"""Public names of a package that are imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module


def attach(package: str, rooms: Mapping[str, str]) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The functions ``__getattr__`` and ``__dir__`` of a package whose names live in its modules.

    Parameters
    ----------
    package
        Its ``__name__``.
    rooms
        Module of the package -> the public names in it, separated by spaces; "" names modules themselves.
    """
    home = {name: room for room, names in rooms.items() for name in names.split()}

    def find(name: str) -> object:
        """Import the module of a public name."""
        if name not in home:
            raise AttributeError(f"module {package!r} has no attribute {name!r}; it has {sorted(home)}")
        module = import_module(f"{package}.{home[name] or name}")
        return getattr(module, name) if home[name] else module

    return find, lambda: sorted(home)
