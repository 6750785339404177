"""Noisy Hebbian memory: what learning under noise ends in, as a spiking network.

A reconstruction of Coyac, Gripon, Langlais and Berrou, arXiv 1709.08367 (specs, noisy_hebbian).
Messages are learned by `neuro.memories.NoisyHebbianMemory`, binary units without spikes in time;
the links that have formed are recalled from by the spikes of `neuro.models.cliques`. Learning has
no form in spikes: the language has neither a rule that drives a synapse to 0 or 1 when nothing
happens, nor synapses that release by chance.
"""

from numpy.typing import ArrayLike

from neuro.errors import NeuroError, UnsupportedError, raise_all
from neuro.ir import Network
from neuro.memories import HebbianParameters, NoisyHebbianMemory, coyac2017_reconstruction
from neuro.models.cliques import CliquesParameters, cliques

__all__ = ["HebbianParameters", "coyac2017_reconstruction", "hebbian"]

PRESET = coyac2017_reconstruction()


def hebbian(
    parameters: HebbianParameters = PRESET,
    *,
    seed: int = 0,
    messages: ArrayLike | None = None,
) -> Network:
    """Learn messages and build the network that recalls them.

    Parameters
    ----------
    parameters : HebbianParameters
        Of learning; the default is `coyac2017_reconstruction`.
    seed : int
        Of the noise while learning, and root of the network's seed tree.
    messages : int array, shape (messages, n_clusters), optional
        Letters, presented one after the other; default none.

    Returns
    -------
    Network
        That of `neuro.models.cliques`, which also says how cues are given and answers read.

    Raises
    ------
    ValidationError
        If a letter is outside the alphabet.
    UnsupportedError, CheckError
        If the energy limit is not one winner for each cluster, or links release by chance.

    Examples
    --------
    >>> small = coyac2017_reconstruction(n_clusters=4, cluster_size=8, eps=0.2)
    >>> network = hebbian(small, messages=[[1, 2, 3, 4], [5, 6, 7, 0]])
    >>> network.population("units").size
    32
    """
    raise_all("hebbian", _issues(parameters))
    memory = NoisyHebbianMemory(parameters, seed=seed)
    if messages is not None:
        memory.store(messages)
    shape = CliquesParameters(
        n_clusters=parameters.n_clusters, cluster_size=parameters.cluster_size
    )
    return cliques(shape, seed=seed, links=memory.links)


def _issues(parameters: HebbianParameters) -> list[NeuroError]:
    """List what cannot be said in spikes."""
    found: list[NeuroError] = []
    if parameters.energy_limit != "cluster_wta" or parameters.n_clusters == 1:
        found.append(
            UnsupportedError(
                "hebbian.energy_limit",
                f"{parameters.energy_limit!r} has no spiking form",
                value=parameters.energy_limit,
                limit="One winner for each of several clusters: 'cluster_wta'",
            )
        )
    if parameters.release_prob < 1:
        found.append(
            UnsupportedError(
                "hebbian.release_prob",
                f"{parameters.release_prob:g} has no spiking form",
                value=parameters.release_prob,
                limit="Every synapse of a network transmits every spike: release_prob is 1",
                hint="Learn with NoisyHebbianMemory, which draws each release, and give its links "
                "to cliques(links=...)",
            )
        )
    return found
