from pathlib import Path
from typing import Any

import pytest
from pyNN import common, errors
from pyNN.recording import Variable

import neuro.pynn as sim
from neuro.pynn.refused import OFFERED, REFUSED
from neuro.pynn.support import markdown, table

ROWS = {row.name: row for row in table()}


def test_table_beside_the_module_is_the_present_one() -> None:
    file = Path(sim.__file__).parent / "SUPPORT.md"
    assert file.read_text(encoding="utf-8") == markdown(), "run python -m neuro.pynn.support"


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_not_offered_refuses_to_be_made(name: str) -> None:
    assert not ROWS[name].offered
    kind = ROWS[name].kind
    with pytest.raises(errors.NoModelAvailableError, match=f"{name} is not offered") as caught:
        getattr(sim, name)()
    assert all(offered in str(caught.value) for offered in OFFERED[kind][1])


def test_every_cell_type_that_is_offered_runs() -> None:
    offered = [row.name for row in table() if row.kind == "cell type" and row.offered]
    assert sorted(offered) == sorted(sim.list_standard_models())
    cells = [sim.Population(2, getattr(sim, name)()) for name in offered]
    for group in cells:
        group.record(group.celltype.recordable)
    sim.run(1.0)
    for group in cells:
        segment = group.get_data().segments[0]
        found = {"spikes", *(signal.name for signal in segment.analogsignals)}
        assert found == set(group.celltype.recordable)


def test_every_parameter_of_a_cell_changes_what_it_does() -> None:
    changed = {"tau_refrac": 30.0, "i_offset": 0.0, "tau_syn_I": 9.0, "e_rev_I": -90.0}
    source = sim.Population(1, sim.SpikeSourceArray(spike_times=[5.0, 25.0]))
    for model, weights in ((sim.IF_curr_exp, (0.5, -0.5)), (sim.IF_cond_exp, (0.01, 0.01))):
        names = list(model.default_parameters)
        cells = sim.Population(len(names) + 1, model(i_offset=1.2), label="cells")
        for index, name in enumerate(names):
            value = changed.get(name, 0.9 * model.default_parameters[name] - 1e-3)
            cells[index : index + 1].set(**{name: value})
        for weight, receptor in zip(weights, ("excitatory", "inhibitory"), strict=True):
            synapse = sim.StaticSynapse(weight=weight, delay=1.0)
            every = sim.AllToAllConnector()
            sim.Projection(source, cells, every, synapse, receptor_type=receptor)
        cells.record("v")
        sim.run(60.0)
        trace = cells.get_data().segments[0].analogsignals[0].magnitude
        same = [name for k, name in enumerate(names) if (trace[:, k] == trace[:, -1]).all()]
        assert same == []
        sim.reset()


PLAIN: dict[str, tuple[Any, ...]] = {
    "all": (),
    "describe": (),
    "find_units": (Variable(name="v", location=None, label=None),),
    "get_annotations": ("a",),
    "get_spike_counts": (),
    "mean_spike_count": (),
    "sample": (1,),
    "get_data": (),
}


@pytest.mark.parametrize("kind", ["Population", "PopulationView", "Assembly"])
def test_members_of_a_group_that_are_offered_can_be_used(kind: str) -> None:
    cells = sim.Population(3, sim.IF_curr_exp(), label="cells")
    other = sim.Population(2, sim.IF_curr_exp(), label="other")
    group = {"Population": cells, "PopulationView": cells[1:], "Assembly": cells + other}[kind]
    group.record("spikes")
    for item in (cells, other, cells[1:]):
        item.annotate(a=1)
    sim.run(1.0)
    names = [row.name.partition(".")[2] for row in table() if row.name.startswith(f"{kind}.")]
    assert len(names) > 30
    for name in names:
        member = getattr(group, name)
        if name in PLAIN:
            member(*PLAIN[name])


def test_classes_are_pynns_own() -> None:
    assert issubclass(sim.Population, common.Population)
    assert issubclass(sim.PopulationView, common.PopulationView)
    assert issubclass(sim.Assembly, common.Assembly)
    assert issubclass(sim.Projection, common.Projection)


def test_synapses_have_no_state_to_initialise() -> None:
    cells = sim.Population(2, sim.IF_curr_exp())
    made = sim.Projection(cells, cells, sim.AllToAllConnector(), sim.StaticSynapse(weight=0.1))
    assert not ROWS["Projection.initialize"].offered
    with pytest.raises(errors.NonExistentParameterError, match="u "):
        made.initialize(u=0.1)
