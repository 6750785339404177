"""A memory with a program written into its inputs: for machines that are told everything before.

A deployed network runs alone; its operations travel with it as the spikes of its spike arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from neuro.config import ProgramRow
from neuro.errors import ValidationError, raise_all
from neuro.ir import Network, SpikeArray
from neuro.tasks.memory import as_operation
from neuro.tasks.program import MemoryOperation, encode, program_issues


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenProgram:
    """A memory and the program that it runs by itself.

    Parameters
    ----------
    network : Network
        With the program's spikes in its input.
    operations : tuple of MemoryOperation
        The program.
    duration : float, ms
        How long it takes, answers included.
    """

    network: Network
    operations: tuple[MemoryOperation, ...]
    duration: float


def with_program(
    network: Network,
    rows: Sequence[MemoryOperation | ProgramRow | Sequence[Any]],
    *,
    guard: bool = True,
) -> WrittenProgram:
    """Write a program into the inputs of a memory.

    Parameters
    ----------
    network : Network
        A network with a protocol, such as ``ca3(...)``.
    rows : sequence of MemoryOperation, or of [t, op, cue, content]
        Times count from the start of the run.
    guard : bool, default True
        Refuse what can be run but would silently corrupt the memory.

    Raises
    ------
    ValidationError, CheckError
        If the network is no memory or a row is wrong; every bad row is named.

    Examples
    --------
    >>> from neuro.models.ca3 import ca3
    >>> written = with_program(ca3(), [[0, "L", 1, [2, 3]], [20, "C", 1, []]])
    >>> written.duration, written.network.inputs[0].times.size
    (40.0, 10)
    """
    protocol = network.protocol
    if protocol is None:
        raise ValidationError(
            f"network {network.name!r}",
            "is no memory: it has no protocol, so a program means nothing to it",
            hint="Leave the program out",
        )
    operations = tuple(as_operation(row) for row in rows)
    if not operations:
        raise ValidationError("program", "has no rows")
    raise_all("program", program_issues(protocol, operations, network.dt, guard=guard))
    times, indices = encode(protocol, operations, network.dt)

    def filled(source: Any) -> Any:
        if source.name != protocol.cue_input.population or not isinstance(source, SpikeArray):
            return source
        return replace(
            source,
            times=np.concatenate((source.times, times)),
            indices=np.concatenate((source.indices, indices)),
        )

    return WrittenProgram(
        network=replace(network, inputs=tuple(filled(item) for item in network.inputs)),
        operations=operations,
        duration=max(item.t for item in operations) + protocol.safe_spacing,
    )
