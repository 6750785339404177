"""The ladder with networks of which each shows one approximation of the machine, and no other."""

from typing import Any

import numpy as np
import pytest

from neuro.errors import UnsupportedError, ValidationError
from neuro.hardware_configs import load_target
from neuro.ir import (
    AllToAll,
    CurrentExponentialLIF,
    Network,
    Population,
    Projection,
    SpikeArray,
    Static,
)
from neuro.ladder import Ladder, climb
from neuro.tasks import MemoryOperation

CELL = {"v_rest": -64.0, "v_reset": -64.0, "v_init": -64.0, "v_thresh": -50.0, "tau_refrac": 1.0}


def network(
    cell: dict[str, Any], *projections: Projection, size: int = 1, sources: dict[str, Any]
) -> Network:
    """Make one population `a` with spike arrays; sources are (number, ticks in which all fire)."""
    return Network(
        name="net",
        dt=1.0,
        semantics="tick",
        populations=[Population("a", size, CurrentExponentialLIF(**{**CELL, **cell}))],
        inputs=[
            SpikeArray(
                name=name,
                size=count,
                times=np.repeat(np.array(ticks, dtype=float), count),
                indices=np.tile(np.arange(count), len(ticks)),
            )
            for name, (count, ticks) in sources.items()
        ],
        projections=projections,
    )


def tiny_weights() -> Network:
    """A weight of 0.01 nA beside one of 4000 nA, and a cell that the small one brings to fire."""
    # Codes have 16 bits (specs, spinnaker section 3): 4000 nA needs a last bit of 2^-4 nA or more,
    # and 0.01 nA becomes 0. A charge of 5 ms * 0.01 nA on 1 pF is 50 mV, of which a third leaks.
    return network(
        {"cm": 1e-3, "tau_m": 20.0, "tau_syn_E": 5.0},
        Projection("weak", "a", AllToAll(), Static(weight=0.01, delay=1.0)),
        Projection("strong", "a", AllToAll(), Static(weight=4000.0, delay=1.0)),
        sources={"weak": (1, [5]), "strong": (1, [])},
    )


def grazing_threshold() -> Network:
    """A constant current whose end point lies a tenth of the last bit of V above threshold."""
    # R = 10 MOhm: 1.4 nA ends at -50 mV. 2^-15 mV is the last bit (specs, spinnaker section 1).
    end = CELL["v_thresh"] + 0.1 * 2.0**-15
    current = (end - CELL["v_rest"]) / 10.0
    return network({"cm": 1.0, "tau_m": 10.0, "i_offset": current}, sources={})


def crowded_core() -> Network:
    """A hundred sources that reach all 256 neurons of a core in one tick, again and again."""
    # 100 (960 + 256 * 31) cycles, of 200,000 in a tick (specs, spinnaker section 8). All hundred
    # at once bring a cell 20 mV up, which takes 14; spread over ticks of decay they do not.
    return network(
        {"cm": 1.0, "tau_m": 4.0, "tau_syn_E": 1.0},
        Projection("in", "a", AllToAll(), Static(weight=0.5, delay=1.0)),
        size=256,
        sources={"in": (100, [5, 30])},
    )


def changes(found: Ladder) -> list[str]:
    return [rung.name for rung in found.rungs if rung.to_after.distance]


def test_tiny_weights_are_lost_on_the_grid() -> None:
    found = climb(tiny_weights(), 40, backend="spinnaker")
    assert changes(found) == ["quantised weights"]
    changed = found.first_change
    assert changed is not None and changed.to_first.first is not None
    assert not changed.to_first.first.extra, "a weight of zero makes no spike"
    assert "weak" in changed.notes[0].where


def test_grazed_threshold_is_missed_in_fixed_point() -> None:
    found = climb(grazing_threshold(), 400, backend="spinnaker")
    assert changes(found) == ["fixed-point state"]
    assert found.rungs[0].result.counters.spikes["a"] > 0
    # Products are rounded down (section 1), so V ends below its limit.
    assert found.rungs[-1].result.counters.spikes["a"] == 0


def test_crowded_core_answers_late_under_load_only() -> None:
    found = climb(crowded_core(), 60, backend="spinnaker")
    assert changes(found) == ["machine load"]
    counters = found.rungs[-1].result.counters.hardware
    assert counters["late_packets"]["a"] > 0
    assert "late_packets" not in found.rungs[0].result.counters.hardware


def test_slower_machine_has_no_load() -> None:
    slow = load_target("spinnaker_spin5", ["time_scale_factor=10"])
    assert climb(crowded_core(), 60, backend="spinnaker", target=slow).first_change is None


def test_lossy_target_ends_in_lost_packets() -> None:
    lossy = load_target("spinnaker_spin5", ["mode=lossy", "drop_probability=0.5"])
    found = climb(crowded_core(), 60, backend="spinnaker", target=lossy)
    assert changes(found) == ["lost packets"] == [found.rungs[-1].name]
    assert found.rungs[-1].result.counters.hardware["dropped_packets"]["a"] > 0


def test_populations_and_inputs_without_a_probe_are_compared() -> None:
    found = climb(crowded_core(), 60, backend="spinnaker")
    assert crowded_core().probes == ()
    assert found.rungs[0].to_first.names == ("in", "a")


def test_energy_belongs_to_rungs_on_hardware() -> None:
    found = climb(crowded_core(), 60, backend="spinnaker")
    has = {rung.name: rung.energy is not None for rung in found.rungs}
    assert has == {
        "float tick": False,
        "quantised weights": False,
        "fixed-point state": True,
        "finite delays and history": True,
        "machine load": True,
    }


def test_document_is_plain_and_the_same_every_time() -> None:
    one, two = (climb(crowded_core(), 60, backend="spinnaker").as_dict() for _ in range(2))
    assert one == two
    assert one["first_change"] == "machine load"
    load = one["rungs"][-1]
    assert load["to_first"]["first"]["population"] == "a"
    assert (load["accuracy"], load["ideal_accuracy"], load["answers"]) == (None, None, [])


def test_progress_rises_over_all_rungs() -> None:
    seen: list[float] = []
    climb(crowded_core(), 60, backend="spinnaker", progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0 and len({int(5 * fraction) for fraction in seen}) >= 5


def test_backend_that_approximates_nothing_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="has no ladder") as caught:
        climb(crowded_core(), 60, backend="cpu")
    assert caught.value.hint is not None and "'spinnaker'" in caught.value.hint


def test_operations_need_a_memory() -> None:
    with pytest.raises(ValidationError, match="is no memory"):
        climb(crowded_core(), 60, backend="spinnaker", operations=[MemoryOperation(t=0, op="L")])


def test_each_operation_needs_its_ideal_answer() -> None:
    with pytest.raises(ValidationError, match="1 answers for 0 operations"):
        climb(crowded_core(), 60, backend="spinnaker", ideal=[([0], [])])


def test_semantics_of_another_machine_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="exact"):
        climb(crowded_core(), 60, backend="spinnaker", semantics="exact")
