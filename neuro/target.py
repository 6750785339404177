"""Targets and capabilities: what one piece of hardware, and the code for it, can represent.

Data only. A target is read from a file of `neuro.hardware_configs`; the capabilities are stated by
a backend. The passes compare a network with them and know no backend by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from neuro.errors import NeuroError, UnitError, ValidationError, raise_all, suggestion

Option = str | int | float | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient:
    """One number of a hardware description, with where it comes from.

    Parameters
    ----------
    value : float
        In the coherent unit.
    unit : str
        Coherent unit, a key of `neuro.units.DIMENSIONS`; empty for counts and ratios.
    source : str
        Measurement, publication or document that gives it.
    """

    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One hardware description.

    Parameters
    ----------
    name : str
        Name of its file, without the ending.
    backend : str
        The backend that understands it.
    description : str
        One line for people.
    precision : {"float64", "float32"}
        Of state and weights, on software backends.
    kernels : {"fastest", "reference"}
        Which kernels a software backend runs.
    options : mapping of str to str, int, float or bool
        Choices of this hardware with their values; the backend says what they mean.
    coefficients : mapping of str to Coefficient
        Sizes, times and energies of this hardware by name; the backend says which it needs.
    """

    name: str
    backend: str
    description: str
    precision: Literal["float64", "float32"] = "float64"
    kernels: Literal["fastest", "reference"] = "fastest"
    options: Mapping[str, Option] = field(default_factory=dict)
    coefficients: Mapping[str, Coefficient] = field(default_factory=dict)

    def numbers(self, units: Mapping[str, str]) -> dict[str, float]:
        """Return the values of exactly the coefficients that a backend needs.

        Parameters
        ----------
        units : mapping of str to str
            Coherent unit of each by name.

        Raises
        ------
        ValidationError, UnitError, CheckError
            If one is missing, unknown or of another dimension; all are named with their place.
        """
        where = f"hardware file {self.name + '.toml'!r}.coefficients"
        issues: list[NeuroError] = [
            ValidationError(f"{where}.{name}", "is missing", limit=f"A value in {unit or 'counts'}")
            for name, unit in units.items()
            if name not in self.coefficients
        ]
        for name, item in self.coefficients.items():
            if name not in units:
                hint = suggestion(name, units)
                issues.append(ValidationError(f"{where}.{name}", "is not known", limit=hint))
            elif item.unit != units[name]:
                found, needed = item.unit or "a pure number", units[name] or "a pure number"
                limit = f"Its unit is that of {needed}"
                issues.append(UnitError(f"{where}.{name}", f"is in {found}", limit=limit))
        raise_all(where, issues)
        return {name: self.coefficients[name].value for name in units}


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a backend can represent on a target.

    Parameters
    ----------
    semantics : frozenset of str
        Integration semantics on offer.
    cells, synapses, inputs : frozenset of str
        Class names of `neuro.ir` that are supported.
    unsaved : str, default ""
        Why the state of a run cannot be saved, one sentence; empty if it can, and a run goes on
        from a checkpoint bit for bit.
    """

    semantics: frozenset[str]
    cells: frozenset[str]
    synapses: frozenset[str]
    inputs: frozenset[str]
    unsaved: str = ""
