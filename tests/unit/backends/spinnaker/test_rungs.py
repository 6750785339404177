from neuro.backends.spinnaker.backend import SpiNNaker
from neuro.hardware_configs import load_target
from neuro.run import lower


def rungs(network, *options: str):
    return SpiNNaker().rungs(lower(network), load_target("spinnaker_spin5", options))


def test_each_rung_adds_to_the_one_before(one_target, static) -> None:
    found = rungs(one_target(static(1.0)))
    assert [rung.after for rung in found] == [None, *(rung.name for rung in found[:-1])]


def test_rungs_switch_limits_and_load_on_in_turn(one_target, static) -> None:
    found = rungs(one_target(static(1.0)), "neurons_per_core=64", "mode=loaded", "limits=false")
    targets = [rung.target for rung in found]
    assert targets[:2] == [None, None], "not yet on hardware"
    switches = [(target.options["limits"], target.options["mode"]) for target in targets if target]
    assert switches == [(False, "ideal"), (True, "ideal"), (True, "loaded")]
    assert all(target.options["neurons_per_core"] == 64 for target in targets if target)


def test_quantised_rung_runs_the_weights_of_the_layout_in_real_numbers(one_target, plastic) -> None:
    # 0.3 nA onto a receptor with a last bit of 2^-n: the first rung has it as it is.
    exact, quantised, fixed, *_ = rungs(one_target(plastic(weight=0.3)))
    values = []
    for rung in (exact, quantised, fixed):
        with rung.program() as program:
            program.run(1.0)
            values.append(program.result().weights["p0"].values[0])
    assert values[0] == 0.3
    assert values[1] == values[2] != 0.3
