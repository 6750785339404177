"""How many processes a launcher of MPI started: without MPI inside, each would do the whole work.

``mpirun`` tells its processes in the environment how many there are; a simulator that was built
without MPI does not look, and the same network would be simulated several times over.
"""

import os
from collections.abc import Mapping

WORLD_SIZES = ("OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE")
"""Where Open MPI, MPICH with its relatives, and MVAPICH2 say it."""


def launched_processes(environment: Mapping[str, str] = os.environ) -> int:
    """Return how many processes were launched together; 1 without a launcher.

    Examples
    --------
    >>> launched_processes({"OMPI_COMM_WORLD_SIZE": "2"}), launched_processes({})
    (2, 1)
    """
    return max(int(environment.get(name, "1")) for name in WORLD_SIZES)
