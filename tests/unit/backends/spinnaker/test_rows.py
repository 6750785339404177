import numpy as np
import pytest

from neuro.backends.spinnaker import rows as rows_module
from neuro.backends.spinnaker.lay_out import lay_out
from neuro.backends.spinnaker.options import Options
from neuro.backends.spinnaker.rows import Rows, layout_rows, payload_words
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    FixedProbability,
    Network,
    Population,
    Projection,
    SpikeArray,
    Static,
    Uniform,
)
from neuro.run import lower


def rows_of(
    synapse: Static, *, sources: int = 3, size: int = 10, cores_of: int = 4, connector=None
) -> Rows:
    network = Network(
        name="n",
        dt="1 ms",
        semantics="tick",
        populations=[Population("b", size, CurrentExponentialLIF())],
        inputs=[SpikeArray(name="a", size=sources)],
        projections=[Projection("a", "b", connector or AllToAll(), synapse)],
        seed=5,
    )
    (rows,) = layout_rows(lay_out(lower(network), Options(neurons_per_core=cores_of)))
    return rows


def test_rows_are_cut_at_the_cores_of_the_target() -> None:
    # 10 neurons on cores of 4: 4, 4 and 2.
    rows = rows_of(Static(weight="1 nA"))
    assert rows.counts.tolist() == [[[4, 4, 4], [4, 4, 4], [2, 2, 2]]]
    assert rows.longest.tolist() == [4]
    assert rows.per_source == 3.0


def test_rows_are_cut_at_the_stages_of_the_delay_extension() -> None:
    # 256 neurons on a core have 32 slots: delays 32, 33, 64 and 65 belong to stages 0, 1, 1, 2.
    delays = np.tile([32.0, 33.0, 64.0, 65.0], 64)
    rows = rows_of(Static(weight="1 nA", delay=delays[None, :]), sources=1, size=256, cores_of=256)
    assert rows.counts[:, 0, 0].tolist() == [64, 128, 64]
    assert rows.per_source == 3.0


@pytest.mark.parametrize("block", [1, 7, 1 << 20])
def test_rows_do_not_depend_on_how_many_are_counted_at_once(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    synapse = Static(weight="1 nA", delay=Uniform("1 ms", "90 ms"))
    expected = brute_force(synapse)
    monkeypatch.setattr(rows_module, "BLOCK", block)
    rows = rows_of(
        synapse, sources=9, size=200, cores_of=150, connector=FixedProbability(probability=0.3)
    )
    assert rows.counts.tolist() == expected.tolist()


def brute_force(synapse: Static) -> np.ndarray:
    """Count synapse by synapse."""
    rows = rows_of(
        synapse, sources=9, size=200, cores_of=150, connector=FixedProbability(probability=0.3)
    )
    item, counts = rows.projection, np.zeros_like(rows.counts)
    for source in range(9):
        for synapse_number in range(item.offsets[source], item.offsets[source + 1]):
            stage = (item.delay_steps[synapse_number] - 1) // 32  # 2^8 neurons: 32 slots
            counts[stage, item.targets[synapse_number] // 150, source] += 1
    return counts


# Section 3.4: static n words; plastic 2 + 2 ceil(n / 2), so 254 synapses take all 256 words.
@pytest.mark.parametrize(
    ("synapses", "static", "plastic"), [(0, 0, 0), (1, 1, 4), (2, 2, 4), (254, 254, 256)]
)
def test_payload_words_follow_the_row_format(synapses: int, static: int, plastic: int) -> None:
    count = np.array([synapses])
    assert payload_words(count, plastic=False).tolist() == [static]
    assert payload_words(count, plastic=True).tolist() == [plastic]
