"""Projections: PyNN's connectors give pairs with weights and delays, which are kept as arrays."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyNN import common, errors
from pyNN.space import Space

from neuro.pynn import simulator
from neuro.pynn.lowering import parts_of
from neuro.pynn.synapses import WEIGHTS, StaticSynapse, STDPMechanism, learning_rule


class Connection(common.Connection):
    """One synapse; a change of its weight or delay is one of the projection."""

    def __init__(self, projection: "Projection", position: int) -> None:
        self._projection = projection
        self._position = position

    @property
    def presynaptic_index(self) -> int:
        """Index of the source in the pre-synaptic group."""
        return int(self._projection.sources[self._position])

    @property
    def postsynaptic_index(self) -> int:
        """Index of the target in the post-synaptic group."""
        return int(self._projection.targets[self._position])

    @property
    def weight(self) -> float:
        """Weight, nA or uS; of a plastic synapse as it is now."""
        return float(self._projection.now("weight")[self._position])

    @weight.setter
    def weight(self, value: float) -> None:
        self._projection.change("weight", self._position, value)

    @property
    def delay(self) -> float:
        """Delay, ms."""
        return float(self._projection.now("delay")[self._position])

    @delay.setter
    def delay(self, value: float) -> None:
        self._projection.change("delay", self._position, value)

    def as_tuple(self, *names: str) -> tuple[Any, ...]:
        """Return several of these values."""
        return tuple(getattr(self, name) for name in names)


class Projection(common.Projection):
    """All connections from one group to another; see PyNN's documentation."""

    _simulator = simulator
    _static_synapse_class = StaticSynapse

    def __init__(
        self,
        presynaptic_population: Any,
        postsynaptic_population: Any,
        connector: Any,
        synapse_type: Any = None,
        source: Any = None,
        receptor_type: str | None = None,
        space: Any = None,
        label: str | None = None,
    ) -> None:
        self.state = simulator.state
        self.state.structure_changed(f"Projection {label!r}")
        super().__init__(
            presynaptic_population,
            postsynaptic_population,
            connector,
            synapse_type,
            source,
            receptor_type,
            Space() if space is None else space,
            label,
        )
        if not isinstance(self.synapse_type, StaticSynapse | STDPMechanism):
            raise errors.InvalidModelError(
                f"{type(self.synapse_type).__name__} is no synapse type of neuro.pynn. Offered: "
                "StaticSynapse, STDPMechanism"
            )
        self.rule = learning_rule(self.synapse_type)
        self._drawn: list[tuple[Any, int, dict[str, Any]]] = []
        connector.connect(self)
        self._keep()
        self.parts = parts_of(self)
        self.state.projections.append(self)

    def __len__(self) -> int:
        """Return the number of connections."""
        return int(self.sources.size)

    def __getitem__(self, position: int) -> Connection:
        """Return one connection."""
        if not -len(self) <= position < len(self):
            raise IndexError(position)
        return Connection(self, position % len(self))

    @property
    def connections(self) -> Iterator[Connection]:
        """All connections."""
        return iter(self)

    # --- making connections ------------------------------------------------------------------

    def _convergent_connect(
        self,
        presynaptic_indices: NDArray[np.int64],
        postsynaptic_index: int,
        location_selector: Any = None,
        **connection_parameters: Any,
    ) -> None:
        """Take the connections onto one neuron from a connector."""
        if location_selector is not None:
            raise errors.InvalidParameterValueError(
                "location_selector: point neurons have no locations"
            )
        for name, value in connection_parameters.items():
            if name not in WEIGHTS and np.ndim(value):
                raise errors.InvalidParameterValueError(
                    f"{name} differs between synapses; it must be the same for a projection"
                )
        kept = {name: connection_parameters[name] for name in WEIGHTS}
        self._drawn.append((presynaptic_indices, postsynaptic_index, kept))

    def _keep(self) -> None:
        """Join what the connector drew."""
        drawn, self._drawn = self._drawn, []
        sizes = [np.size(sources) for sources, _, _ in drawn]
        none: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        sources = np.concatenate([none, *(np.ravel(item) for item, _, _ in drawn)])
        self.sources: NDArray[np.int64] = sources.astype(np.int64)
        targets = [int(item) for _, item, _ in drawn]
        self.targets: NDArray[np.int64] = np.repeat(targets, sizes).astype(np.int64)
        self.values: dict[str, NDArray[np.float64]] = {
            name: np.concatenate(
                [
                    np.zeros(0),
                    *(
                        np.broadcast_to(np.asarray(item[name], dtype=float), size)
                        for size, (_, _, item) in zip(sizes, drawn, strict=True)
                    ),
                ]
            )
            for name in WEIGHTS
        }

    # --- weights and delays ------------------------------------------------------------------

    def magnitude(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return weights as the language counts them: the receptor alone decides the direction."""
        conventions = self.state.conventions
        inhibits: bool = self.receptor_type == "inhibitory" and not self.post.conductance_based
        if not inhibits:
            return weights
        return -weights if conventions.negative_inhibition else np.abs(weights)

    def now(self, name: str) -> NDArray[np.float64]:
        """Return a value of all connections; weights of plastic ones as they are now."""
        values = self.values[name]
        if name != "weight" or not self.rule or not self.state.running:
            return values
        learned = self.state.result().weights
        sign = self.magnitude(np.ones(1))[0]
        current = values.copy()
        for part in self.parts:
            current[part.connections] = sign * learned[part.name].values
        return current

    def change(self, name: str, where: Any, value: Any) -> None:
        """Change the weight or delay of some connections.

        Raises
        ------
        RuntimeError
            If the network runs and this is part of its state.
        """
        if self.state.running and (name == "delay" or self.rule):
            raise RuntimeError(
                f"set({name}=...) at {self.state.t:g} ms: delays, and weights that learn, can be "
                "set before the first run and after reset()"
            )
        if self.state.running and self.state.on_spinnaker:
            # Input under way is counted in units that follow from the largest weight.
            raise RuntimeError(
                f"set(weight=...) at {self.state.t:g} ms: a machine has its weights loaded; they "
                "can be set before the first run and after reset()"
            )
        self.values[name][where] = value
        self.state.changed()

    def _set_attributes(self, parameter_space: Any) -> None:
        parameter_space.evaluate(simplify=False)
        for name, values in parameter_space.items():
            if name not in WEIGHTS:
                raise errors.InvalidParameterValueError(
                    f"{name} cannot be set for a projection that exists; {', '.join(WEIGHTS)} can"
                )
            self.change(name, slice(None), values[self.sources, self.targets])

    def _attribute(self, name: str) -> NDArray[Any]:
        if name == "presynaptic_index":
            return self.sources
        if name == "postsynaptic_index":
            return self.targets
        if name in WEIGHTS:
            return self.now(name)
        constant = self.synapse_type.parameter_space[name]
        constant.shape = (1,)
        values: NDArray[np.float64] = np.full(len(self), float(constant.evaluate(simplify=True)))
        return values

    def _get_attributes_as_list(self, names: Sequence[str]) -> list[tuple[Any, ...]]:
        columns = [self._attribute(name).tolist() for name in names]
        return list(zip(*columns, strict=True))

    def _get_attributes_as_arrays(
        self, names: Sequence[str], multiple_synapses: str = "sum"
    ) -> list[NDArray[np.float64]]:
        found = []
        operation = self.MULTI_SYNAPSE_OPERATIONS[multiple_synapses]
        cells = self.sources * self.post.size + self.targets
        distinct = np.unique(cells).size == cells.size
        for name in names:
            table = np.full(self.shape, np.nan)
            values = self._attribute(name)
            if distinct:
                table[self.sources, self.targets] = values
            else:
                for i, j, value in zip(self.sources, self.targets, values, strict=True):
                    old = table[i, j]
                    table[i, j] = value if np.isnan(old) else operation(old, value)
            found.append(table)
        return found

    def _set_initial_value_array(self, variable: str, initial_value: Any) -> None:
        raise errors.NonExistentParameterError(variable, type(self.synapse_type).__name__, [])
