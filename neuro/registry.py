"""Finds backends by name: folders of `neuro.backends`, and entry points of the same name.

A backend is imported on first use only; one that fails to import does not break the others.
"""

import importlib
import pkgutil
from importlib.metadata import entry_points

from neuro.backend import Backend
from neuro.errors import UnavailableError, ValidationError, suggestion

GROUP = "neuro.backends"


def backend_names() -> list[str]:
    """Return the names of all backends, whether or not they can run here."""
    return sorted(_own_names() | {point.name for point in entry_points(group=GROUP)})


def load_backend(name: str) -> Backend:
    """Import a backend and make it.

    Raises
    ------
    ValidationError
        If there is no backend of that name.
    UnavailableError
        If it cannot run here; the error says what is missing.
    """
    backend = backend_class(name)
    availability = backend.availability()
    if not availability.available:
        raise UnavailableError(f"backend {name!r}", availability.detail)
    return backend()


def backend_class(name: str) -> type[Backend]:
    """Import the class of a backend, whether or not it can run here.

    Raises
    ------
    ValidationError
        If there is no backend of that name.
    """
    found: type[Backend]
    if name in _own_names():  # entry points are read from every installed package, which takes time
        found = importlib.import_module(f"{GROUP}.{name}").BACKEND
        return found
    foreign = {point.name: point for point in entry_points(group=GROUP)}
    if name not in foreign:
        known = backend_names()
        raise ValidationError(
            f"backend {name!r}", "no such backend", value=name, limit=suggestion(name, known)
        )
    found = foreign[name].load()
    return found


def _own_names() -> set[str]:
    folders = importlib.import_module(GROUP).__path__
    return {module.name for module in pkgutil.iter_modules(folders) if module.ispkg}
