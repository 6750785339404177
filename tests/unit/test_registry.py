from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from neuro import registry
from neuro.backend import Availability, Backend, Program, Rung
from neuro.check import CheckReport
from neuro.energy import EnergyReport
from neuro.errors import UnavailableError, ValidationError
from neuro.plan import Plan
from neuro.results import Result
from neuro.target import Capabilities, Target


class Absent(Backend):
    """A backend that cannot run here."""

    name: ClassVar[str] = "absent"
    default_target: ClassVar[str] = "absent"

    @classmethod
    def availability(cls) -> Availability:
        return Availability(available=False, detail="needs PyTorch")

    def capabilities(self, target: Target) -> Capabilities:
        raise NotImplementedError

    def compile(self, plan: Plan, target: Target) -> Program:
        raise NotImplementedError

    def check(self, plan: Plan, target: Target) -> CheckReport:
        raise NotImplementedError

    def energy(self, plan: Plan, target: Target, result: Result) -> EnergyReport:
        raise NotImplementedError

    def rungs(self, plan: Plan, target: Target) -> tuple[Rung, ...]:
        raise NotImplementedError


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two installed packages bring backends; one of them is broken."""

    def broken() -> Any:
        raise ImportError("no such library")

    points = [
        SimpleNamespace(name="absent", load=lambda: Absent),
        SimpleNamespace(name="broken", load=broken),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: points)


def test_folders_are_backends() -> None:
    assert "cpu" in registry.backend_names()


def test_backend_is_loaded_by_name() -> None:
    backend = registry.load_backend("cpu")
    assert isinstance(backend, Backend)
    assert (backend.name, backend.default_target) == ("cpu", "cpu")


def test_unknown_backend_is_refused_with_a_suggestion() -> None:
    with pytest.raises(ValidationError) as caught:
        registry.load_backend("cpuu")
    assert caught.value.where == "backend 'cpuu'"
    assert str(caught.value.limit).startswith("Did you mean 'cpu'? Known: ")


@pytest.mark.usefixtures("foreign")
def test_entry_points_are_backends_beside_the_folders() -> None:
    names = registry.backend_names()
    assert {"absent", "broken", "cpu"} <= set(names)
    assert names == sorted(names)


@pytest.mark.usefixtures("foreign")
def test_class_of_a_backend_that_cannot_run_is_still_found() -> None:
    assert registry.backend_class("absent") is Absent


@pytest.mark.usefixtures("foreign")
def test_backend_that_cannot_run_says_what_is_missing() -> None:
    with pytest.raises(UnavailableError) as caught:
        registry.load_backend("absent")
    assert str(caught.value) == "backend 'absent': needs PyTorch."


@pytest.mark.usefixtures("foreign")
def test_broken_backend_does_not_break_the_others() -> None:
    assert registry.load_backend("cpu").name == "cpu"
