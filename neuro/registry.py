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
    folders = importlib.import_module(GROUP).__path__
    own = {module.name for module in pkgutil.iter_modules(folders) if module.ispkg}
    return sorted(own | {point.name for point in entry_points(group=GROUP)})


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
    known = backend_names()
    if name not in known:
        raise ValidationError(
            f"backend {name!r}", "no such backend", value=name, limit=suggestion(name, known)
        )
    foreign = {point.name: point for point in entry_points(group=GROUP)}
    if name in foreign:
        loaded: type[Backend] = foreign[name].load()
        return loaded
    found: type[Backend] = importlib.import_module(f"{GROUP}.{name}").BACKEND
    return found
