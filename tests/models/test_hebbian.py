import numpy as np
import pytest

from neuro.errors import UnsupportedError
from neuro.ir.digest import digest
from neuro.memories import CliqueMemory, HebbianParameters, NoisyHebbianMemory, Topology
from neuro.models.cliques import CliquesParameters, cliques
from neuro.models.hebbian import coyac2017_reconstruction, hebbian

SMALL = {"n_clusters": 4, "cluster_size": 8}
MESSAGES = np.array([[1, 2, 3, 4], [5, 6, 7, 0], [1, 6, 2, 2]])


def test_network_after_clean_learning_is_that_of_the_ideal_cliques():
    given = coyac2017_reconstruction(**SMALL, p_erase=0, p_insert=0, steps_per_presentation=9)
    ideal = CliqueMemory(Topology(**SMALL))
    ideal.store(MESSAGES)
    expected = cliques(CliquesParameters(**SMALL), seed=3, links=ideal.links)
    assert digest(hebbian(given, seed=3, messages=MESSAGES)) == digest(expected)


def test_network_without_clusters_is_refused():
    given = HebbianParameters(n_clusters=1, cluster_size=8, energy_limit="k_wta", winners=2)
    with pytest.raises(UnsupportedError, match="has no spiking form"):
        hebbian(given)


def test_release_by_chance_is_refused_with_what_to_do_instead():
    given = HebbianParameters(**SMALL, release_prob=0.9)
    with pytest.raises(UnsupportedError, match="transmits every spike") as caught:
        hebbian(given, messages=MESSAGES)
    assert caught.value.where == "hebbian.release_prob"
    memory = NoisyHebbianMemory(given)
    memory.store(MESSAGES)
    network = cliques(CliquesParameters(**SMALL), links=memory.links)
    assert "links" in {item.name for item in network.projections}
