from dataclasses import replace

import pytest

from neuro.backends.crossbar.energy import costs_of_run
from neuro.errors import UnsupportedError
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
from neuro.run import energy, lower, simulate

TARGET = load_target("crossbar_ideal")


def network(spikes=(1.0, 2.0, 5.0)):
    """Three inputs of which the first one fires, onto two cells, 1 nA each."""
    return Network(
        name="net",
        populations=[Population("a", 2, CurrentExponentialLIF())],
        inputs=[SpikeArray(name="in", size=3, times=list(spikes), indices=[0] * len(spikes))],
        projections=[
            Projection("in", "a", AllToAll(), Static(weight="1 nA", delay="1 ms")),
        ],
    )


def run(**changes):
    return simulate(network(**changes), "20 ms", backend="crossbar", target=TARGET)


# Three spikes; each reads one row with two pairs of devices at 100 and 0 uS, for 1 ns at 0.2 V.
def test_array_is_charged_with_the_devices_of_the_rows_that_are_read():
    report = energy(run(), target=TARGET)
    rows = {row.name.split(": ")[1]: row for row in report.bases[0].rows}
    assert rows["array"].energy == pytest.approx(3 * 200.0**2 * 200.0 * 1e-6)
    assert rows["column periphery"].count == 3 * 2 * 2**8


def test_energy_of_spikes_adds_up():
    one, three = (
        energy(run(spikes=spikes), target=TARGET).bases[0].energy
        for spikes in ([1.0], [1.0, 2.0, 5.0])
    )
    assert three == pytest.approx(3 * one, rel=1e-12)


def test_energy_is_given_for_each_event():
    report = energy(run(), target=TARGET)
    assert report.events["synaptic event"] == 6
    share = report.per_event(report.bases[0])["synaptic event"]
    assert share == pytest.approx(report.bases[0].energy / 6)


def test_run_of_another_backend_is_refused():
    result = run()
    plan = lower(network())
    bare = replace(result.counters, hardware={})
    with pytest.raises(UnsupportedError, match="reads"):
        costs_of_run(plan, TARGET, bare)
