"""Recall of a clustered memory in spikes, on any backend that runs its network.

The network is `neuro.models.cliques`; cues follow one another in one run.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from neuro.backend import Progress
from neuro.errors import ValidationError, raise_all
from neuro.ir import Network, SpikeArray
from neuro.memories import AMBIGUOUS, SILENT, UNUSED, BitRows, Recall
from neuro.models.cliques import (
    CUE,
    RAMP,
    RESET,
    SPACING,
    UNITS,
    CliquesParameters,
    Schedule,
    cliques,
    schedule,
)
from neuro.results import Result
from neuro.run import simulate
from neuro.target import Target

CUE_TICK = 1
"""When units answer the cue itself: its delay after it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpikingRecall:
    """Answers of a spiking memory.

    Parameters
    ----------
    recall : Recall
        As of any memory; its spikes are those of the units after the cue. A cue in which more units
        tied than the parameters allow for is `AMBIGUOUS` in every cluster.
    result : Result
        The run: counters, from which `neuro.run.energy` follows, notes and spikes.
    """

    recall: Recall
    result: Result


class SpikingCliques:
    """A clustered memory that is asked in spikes.

    Parameters
    ----------
    links : BitRows
        What is stored, such as ``CliqueMemory.links`` or ``NoisyHebbianMemory.edges()``.
    backend : str, default "cpu"
        What runs it.
    target : str or Target, optional
        Which hardware; default the backend's own.
    parameters : CliquesParameters, optional
        Constants; default those of the model, with the clusters of the links.
    seed : int, default 0
        Root of randomness, of devices among others.

    Raises
    ------
    ValidationError, CheckError
        If parameters and links do not fit.
    CapacityError, CheckError
        If the constants do not survive SpiNNaker's arithmetic, and that is the backend.

    Examples
    --------
    >>> from neuro.memories import CliqueMemory, Topology
    >>> memory = CliqueMemory(Topology(n_clusters=4, cluster_size=8))
    >>> memory.store([[1, 2, 3, 4], [5, 6, 7, 0]])
    >>> SpikingCliques(memory.links).recall([[1, 2, -1, -1]]).recall.answers.tolist()
    [[1, 2, 3, 4]]
    """

    def __init__(
        self,
        links: BitRows,
        backend: str = "cpu",
        *,
        target: str | Target | None = None,
        parameters: CliquesParameters | None = None,
        seed: int = 0,
    ) -> None:
        shape = links.topology
        self.parameters = parameters or CliquesParameters(
            n_clusters=shape.n_clusters, cluster_size=shape.cluster_size
        )
        if backend == "spinnaker":
            # Only now: it loads the backend.
            from neuro.experiments.memories.fixed_point import fixed_point_issues

            raise_all("cliques on SpiNNaker", fixed_point_issues(self.parameters))
        self.network = cliques(self.parameters, seed=seed, links=links)
        self._backend, self._target = backend, target

    def recall(
        self, cues: ArrayLike, *, rounds: int = 4, progress: Progress | None = None
    ) -> SpikingRecall:
        """Answer cues, one after the other.

        Parameters
        ----------
        cues : int array, shape (cues, n_clusters)
            Letters or `ERASED`.
        rounds : int, default 4
            Windows of each cue.
        progress : callable, optional
            Called with the fraction done.

        Raises
        ------
        ValidationError
            If a letter is outside the alphabet or `UNUSED`, there is no cue or no round.
        NeuroError
            If the network cannot run there, or the run fails.
        """
        letters = self.parameters.topology.check_letters(cues, "cues", cue=True)
        if (letters == UNUSED).any():
            problem = "a cluster is not used, but every cluster answers in spikes"
            raise ValidationError("cues", problem, value=UNUSED, limit="Letters or ERASED")
        if rounds < 1:
            raise ValidationError("rounds", f"{rounds}", value=rounds, limit="At least 1")
        if not len(letters):
            raise ValidationError("cues", "there are none", value=0, limit="At least one row")
        plan = schedule(self.parameters, rounds)
        result = simulate(
            with_cues(self.network, self.parameters, plan, letters),
            float(len(letters) * plan.span + 1),
            backend=self._backend,
            target=self._target,
            progress=progress,
        )
        return SpikingRecall(
            recall=_read(result, self.parameters, plan, len(letters)), result=result
        )


def with_cues(
    network: Network, parameters: CliquesParameters, plan: Schedule, cues: NDArray[np.int32]
) -> Network:
    """Return the network with cues and pulses in its inputs.

    Parameters
    ----------
    network : Network
        From `cliques`.
    parameters : CliquesParameters
    plan : Schedule
    cues : int array, shape (cues, n_clusters)
    """
    begins = np.arange(len(cues)) * plan.span
    units = parameters.topology.units_of(cues)
    rows, columns = np.nonzero(units >= 0)
    inputs = {CUE: (begins[rows], units[rows, columns])}
    for name, ticks in ((RAMP, plan.ramps), (RESET, plan.resets)):
        times = (begins[:, None] + np.array(ticks)).ravel()
        inputs[name] = (times, np.zeros(times.size, dtype=np.int64))
    filled = tuple(
        SpikeArray(
            name=item.name,
            size=item.size,
            times=inputs[item.name][0].astype(np.float64),
            indices=inputs[item.name][1],
        )
        for item in network.inputs
    )
    return replace(network, inputs=filled)


def _read(result: Result, parameters: CliquesParameters, plan: Schedule, cues: int) -> Recall:
    """Return the winners of the last round, and in which round they came to rest."""
    shape = parameters.topology
    spikes = result.spikes[UNITS]
    ticks = spikes.ticks(result.dt)
    within = ticks % plan.span - plan.first
    which = within // plan.round
    # A round ends with its last pulse; what fires elsewhere answers the cue, or is out of turn.
    asked = (within >= 0) & (which < plan.rounds) & (within % plan.round < SPACING * plan.pulses)
    state = np.zeros((cues, plan.rounds, shape.units), dtype=bool)
    state[ticks[asked] // plan.span, which[asked], spikes.indices[asked]] = True
    counts = state[:, -1].reshape(cues, shape.n_clusters, shape.cluster_size).sum(axis=2)
    letters = state[:, -1].reshape(cues, shape.n_clusters, shape.cluster_size).argmax(axis=2)
    answers = np.where(counts == 1, letters, np.where(counts == 0, SILENT, AMBIGUOUS))
    answers[_disturbed(ticks[~asked], plan, cues)] = AMBIGUOUS
    same = (state == state[:, -1:]).all(axis=2)[:, ::-1]
    settled = np.where(same.all(axis=1), plan.rounds, same.argmin(axis=1))
    return Recall(
        answers=answers.astype(np.int32),
        iterations=(plan.rounds - settled + 1).astype(np.int32),
        spikes=np.bincount(ticks[asked] // plan.span, minlength=cues).astype(np.int64),
    )


def _disturbed(ticks: NDArray[np.int64], plan: Schedule, cues: int) -> NDArray[np.int64]:
    """Return the cues in which units fired out of turn: some drive was above all thresholds."""
    out_of_turn = ticks[ticks % plan.span != CUE_TICK]
    return np.unique(np.minimum(out_of_turn // plan.span, cues - 1))
