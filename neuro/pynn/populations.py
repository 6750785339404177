"""Populations, views and assemblies.

A population keeps its parameters and initial values as one array each; a view changes entries of
these. Every change lets the network be made anew before the next step.
"""

from abc import abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN import common, errors
from pyNN.parameters import LazyArray, ParameterSpace, Sequence, simplify

from neuro.pynn import simulator
from neuro.pynn.recording import Recorder


class _Neurons:
    """What populations and views share: access to the arrays of the population."""

    size: int
    celltype: Any

    @property
    @abstractmethod
    def root(self) -> Any:
        """The population that the neurons are of."""

    @property
    @abstractmethod
    def root_indices(self) -> NDArray[np.int64]:
        """Which neurons of the population these are, shape (size,)."""

    def _get_parameters(self, *names: str) -> ParameterSpace:
        known = self.root.parameters
        for name in names:
            if name not in known:
                raise errors.NonExistentParameterError(
                    name, type(self.celltype).__name__, list(known)
                )
        values = {name: simplify(known[name][self.root_indices]) for name in names}
        return ParameterSpace(values, self.celltype.get_schema(), shape=(self.size,))

    _get_native_parameters = _get_parameters

    def _set_parameters(self, parameter_space: ParameterSpace) -> None:
        parameter_space.evaluate(simplify=False)
        for name, values in parameter_space.items():
            self.root.parameters[name][self.root_indices] = _one_each(values, self.size)
        simulator.state.changed()

    def _set_initial_value_array(self, variable: str, values: LazyArray) -> None:
        known = self.root.initial
        if variable not in known:
            raise errors.NonExistentParameterError(
                variable, type(self.celltype).__name__, list(known)
            )
        numbers = np.broadcast_to(values.evaluate(simplify=False), (self.size,))
        if variable != "v" and np.any(numbers != 0):
            raise errors.InvalidParameterValueError(
                f"initial {variable} other than 0 is not offered; v is"
            )
        if simulator.state.running:
            raise RuntimeError(
                f"initialize({variable}=...) at {simulator.state.t:g} ms: initial values can be "
                "set before the first run and after reset()"
            )
        known[variable][self.root_indices] = numbers
        simulator.state.changed()

    def _get_view(self, selector: Any, label: str | None = None) -> "PopulationView":
        return PopulationView(self, selector, label)


class Assembly(common.Assembly):
    """Several populations or views as one group; see PyNN's documentation."""

    _simulator = simulator

    @property
    def receptor_types(self) -> list[str]:
        """Receptors that all members have, in the order of the first one's.

        A projection without a receptor takes the first or the second of them by the sign of its
        weights; PyNN's own list has no order.
        """
        kinds = [set(item.celltype.receptor_types) for item in self.populations]
        first = self.populations[0].celltype.receptor_types
        return [name for name in first if all(name in known for known in kinds)]


class PopulationView(_Neurons, common.PopulationView):
    """Some neurons of a population; see PyNN's documentation."""

    _assembly_class = Assembly
    _simulator = simulator

    @property
    def root(self) -> "Population":
        """The population that the neurons are of."""
        population: Population = self.grandparent
        return population

    @property
    def root_indices(self) -> NDArray[np.int64]:
        """Which neurons of the population these are, shape (size,)."""
        numbers: NDArray[np.int64] = self.all_cells.astype(np.int64)
        return numbers - int(self.root.first_id)

    @property
    def initial_values(self) -> dict[str, LazyArray]:
        """The initial values of these neurons; `initialize` changes them."""
        return {
            name: LazyArray(values[self.root_indices], shape=(self.size,))
            for name, values in self.root.initial.items()
        }


class Population(_Neurons, common.Population):
    """A group of neurons of one cell type; see PyNN's documentation.

    Parameters
    ----------
    size, cellclass, cellparams, structure, initial_values, label
        As in PyNN.
    neurons_per_core : int, optional
        sPyNNaker's; see `neuro.pynn.set_number_of_neurons_per_core`.
    additional_parameters : mapping, optional
        sPyNNaker's: ``neurons_per_core``, and ``seed``, which Poisson sources do not need here.
    """

    _simulator = simulator
    _recorder_class = Recorder
    _assembly_class = Assembly

    def __init__(
        self,
        size: Any,
        cellclass: Any,
        cellparams: Any = None,
        structure: Any = None,
        initial_values: Any = None,
        label: str | None = None,
        neurons_per_core: int | None = None,
        additional_parameters: Any = None,
    ) -> None:
        state = simulator.state
        state.structure_changed(f"Population {label!r}")
        self.state = state
        self.parameters: dict[str, NDArray[Any]] = {}
        self.initial: dict[str, NDArray[np.float64]] = {}
        super().__init__(size, cellclass, cellparams, structure, dict(initial_values or {}), label)
        # PyNN numbers nameless populations on and on; the spikes of a Poisson source must not
        # depend on what was built before.
        self.name = state.unique_name(label or f"population{len(state.populations)}")
        state.populations.append(self)
        further = dict(additional_parameters or {})
        width = further.pop("neurons_per_core", neurons_per_core)
        further.pop("seed", None)
        if further:
            raise errors.InvalidParameterValueError(
                f"additional_parameters {sorted(further)} are not offered; neurons_per_core is"
            )
        if width is not None:
            state.choose_option("neurons_per_core", width)

    @property
    def root(self) -> "Population":
        """The population itself."""
        return self

    @property
    def root_indices(self) -> NDArray[np.int64]:
        """All neurons, shape (size,)."""
        return np.arange(self.size)

    def _create_cells(self) -> None:
        if not hasattr(self.celltype, "represents"):
            from neuro.pynn.cells import list_standard_models

            raise errors.InvalidModelError(
                f"{type(self.celltype).__name__} is no cell type of neuro.pynn. Offered: "
                f"{', '.join(list_standard_models())}"
            )
        first = self.state.id_counter
        self.state.id_counter += self.size
        self.all_cells = np.empty(self.size, dtype=object)
        for index in range(self.size):
            cell = simulator.ID(first + index)
            cell.parent = self
            self.all_cells[index] = cell
        self._mask_local = np.ones(self.size, dtype=bool)
        space = self.celltype.native_parameters
        space.shape = (self.size,)
        space.evaluate(simplify=False)
        self.parameters = {name: _one_each(values, self.size) for name, values in space.items()}
        self.initial = {name: np.zeros(self.size) for name in self.celltype.default_initial_values}

    def _set_cell_initial_value(self, cell: Any, variable: str, value: float) -> None:
        index = self.id_to_index(cell)
        self[index : index + 1].initialize(**{variable: value})
        self.initial_values[variable] = LazyArray(self.initial[variable], shape=(self.size,))


def _one_each(values: Any, size: int) -> NDArray[Any]:
    """Return an array of one value for each neuron; PyNN takes the list [[0.0]] for one value."""
    if not isinstance(values, Sequence):
        return np.array(values)
    lists = np.empty(size, dtype=object)
    lists[:] = [values] * size
    return lists
