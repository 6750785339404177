from dataclasses import replace

import numpy as np
import pytest

from neuro.backends.crossbar.devices import PolynomialProgramming
from neuro.backends.crossbar.hardware import hardware_from
from neuro.backends.crossbar.nladc import function_named, ideal_codes, levels_of
from neuro.backends.crossbar.options import Options
from neuro.backends.crossbar.recurrent import (
    CrossbarLSTM,
    CrossbarNetwork,
    LSTMWeights,
    NetworkWeights,
    Settings,
    exact_lstm,
    exact_scores,
    from_torch,
    load_weights,
    save_weights,
)
from neuro.errors import CapacityError, ResultError, ValidationError
from neuro.hardware_configs import load_target

HARDWARE = replace(hardware_from(load_target("crossbar_rram_nladc")), comparator_offset=0.0)
PERFECT = Options(wires=False, faults=False, programming_error=False, read_noise=False)
FEATURES, HIDDEN = 12, 8


def lstm_weights():
    rng = np.random.default_rng(0)
    gates = np.clip(rng.normal(0, 0.4, (FEATURES + HIDDEN + 1, 4 * HIDDEN)), -1, 1)
    return LSTMWeights(gates=gates, features=FEATURES)


def network_weights():
    readout = np.random.default_rng(2).uniform(-1, 1, (HIDDEN + 1, 3))
    return NetworkWeights(lstm=lstm_weights(), readout=readout)


def sequences(batch=16, steps=12):
    return np.random.default_rng(1).uniform(-1, 1, (batch, steps, FEATURES))


def deviation(bits=8, sigma=0.0, **changes):
    """Return the relative rms deviation of the last output from the exact layer."""
    hardware = replace(
        HARDWARE, programming=PolynomialProgramming(error=(sigma,), scale=1.0), stuck_off=0.0
    )
    array = replace(PERFECT, programming_error=True)
    settings = Settings(**{"input_bits": 8, "noise": False, "array": array, **changes}, bits=bits)
    exact = exact_lstm(lstm_weights(), sequences())[:, -1]
    errors = [
        CrossbarLSTM(lstm_weights(), hardware, settings, seed=seed)(sequences())[0][:, -1] - exact
        for seed in range(6 if sigma else 1)
    ]
    return float(np.sqrt(np.mean(np.square(errors)) / np.mean(exact**2)))


# Specs, crossbar_nladc section 6.3.
def test_deviation_falls_with_bits():
    found = [deviation(bits) for bits in (3, 4, 5, 6, 8)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.05


def test_deviation_rises_with_write_errors():
    found = [deviation(5, sigma) for sigma in (0.0, 2.67, 5.0, 10.0)]
    assert found == sorted(found)


def test_error_feedback_and_row_budget_mend_eight_bits():
    from neuro.backends.crossbar.nladc import Options as RampOptions

    mended = RampOptions(error_feedback=True, row_budget=512)
    assert deviation(8, 5.0, ramp=mended) < 0.7 * deviation(8, 5.0)


def test_same_seed_gives_the_same_outputs():
    settings = Settings(array=Options(wires=False))
    first, second = (
        CrossbarLSTM(lstm_weights(), HARDWARE, settings, seed=7)(sequences())[0] for _ in range(2)
    )
    assert np.abs(first - second).max() <= 1e-12


def test_another_seed_gives_other_devices():
    settings = Settings(array=Options(wires=False))
    first, second = (
        CrossbarLSTM(lstm_weights(), HARDWARE, settings, seed=seed)(sequences())[0]
        for seed in (7, 8)
    )
    assert np.abs(first - second).max() > 0.01


# The layer of section 5.1 written down anew, with the closed form of the converter.
@pytest.mark.parametrize("tanh_c", ["lut", "exact"])
def test_layer_without_errors_is_that_of_the_equations(tanh_c):
    settings = Settings(bits=4, tanh_c=tanh_c, array=PERFECT, noise=False)
    found, state = CrossbarLSTM(lstm_weights(), HARDWARE, settings)(sequences())
    levels = {name: levels_of(function_named(name), 4) for name in ("sigmoid", "tanh")}

    def applied(name, x):
        return levels[name].values[ideal_codes(levels[name], x)]

    def coded(x):
        return np.round(np.clip(x, -1, 1) * 31) / 31

    h = c = np.zeros((16, HIDDEN))
    for step in range(12):
        driven = np.concatenate([coded(sequences()[:, step]), coded(h), np.ones((16, 1))], axis=1)
        sums = (driven @ lstm_weights().gates).reshape(16, 4, HIDDEN)
        i, f, o = (applied("sigmoid", sums[:, gate]) for gate in (0, 1, 3))
        c = np.round((f * c + i * applied("tanh", sums[:, 2])) * 4096) / 4096
        h = o * (np.tanh(c) if tanh_c == "exact" else applied("tanh", c))
    # A sum may lie within the rounding of float32 of a threshold: then a code is another one.
    assert np.mean(np.abs(found[:, -1] - h) < 1e-6) > 0.95
    assert np.array_equal(state.h, found[:, -1])


def test_state_continues_a_sequence():
    settings = Settings(array=PERFECT, noise=False)
    layer = CrossbarLSTM(lstm_weights(), HARDWARE, settings)
    whole, _ = layer(sequences())
    first, state = layer(sequences()[:, :5])
    second, _ = layer(sequences()[:, 5:], state)
    assert np.array_equal(whole, np.concatenate([first, second], axis=1))


def test_account_counts_what_one_step_does():
    network = CrossbarNetwork(network_weights(), HARDWARE, Settings(array=PERFECT, noise=False))
    network.scores(sequences(batch=2, steps=3))
    lstm, readout = (layer.counts for layer in network.report().layers)
    steps = 2 * 3
    assert (lstm.steps, lstm.reads, lstm.elementwise) == (steps, steps, steps * HIDDEN)
    assert (lstm.conversions, lstm.cell_conversions) == (steps * 4 * HIDDEN, steps * HIDDEN)
    # Two phases of 32 and 32 cycles and one cycle a unit; three ramps.
    assert lstm.cycles == steps * (2 * 64 + HIDDEN)
    assert lstm.ramps == steps * 3
    assert (readout.reads, readout.conversions) == (2, 6)


def test_array_energy_is_that_of_the_pulses():
    network = CrossbarNetwork(network_weights(), HARDWARE, Settings(array=PERFECT, noise=False))
    inputs = sequences(batch=1, steps=1)
    network.scores(inputs)
    # One step from zero: rows of the inputs and of the bias are driven; |W| / s in pairs, uS.
    gates = lstm_weights().gates
    conductance = np.abs(gates).sum(axis=1) * 150.0 / np.abs(gates).max()
    cycles = np.concatenate([np.round(np.abs(inputs[0, 0]) * 31), np.zeros(HIDDEN), [31]])
    expected = 200.0**2 * 1e-6 * float(cycles @ conductance)
    assert network.report().layers[0].counts.array_energy == pytest.approx(expected, rel=1e-12)


def test_readout_of_a_perfect_network_follows_the_exact_one():
    settings = Settings(bits=10, input_bits=12, array=PERFECT, noise=False)
    network = CrossbarNetwork(network_weights(), HARDWARE, settings)
    exact = exact_scores(network_weights(), sequences())
    # The converter of the readout has 8 bits over the largest sum of any column.
    step = np.abs(network_weights().readout).sum(axis=0).max() / 127
    assert np.abs(network.scores(sequences()) - exact).max() < 0.5 * step + 0.02


def test_sequence_gives_a_readout_for_each_step():
    network = CrossbarNetwork(network_weights(), HARDWARE, Settings(array=PERFECT, noise=False))
    scores, _ = network.sequence(sequences())
    assert scores.shape == (16, 12, 3)
    assert np.array_equal(scores[:, -1], network.scores(sequences()))


def test_torch_layer_is_taken_over():
    torch = pytest.importorskip("torch")
    torch.manual_seed(3)
    lstm = torch.nn.LSTM(FEATURES, HIDDEN, batch_first=True)
    linear = torch.nn.Linear(HIDDEN, 5)
    inputs = sequences()
    with torch.no_grad():
        expected = linear(lstm(torch.from_numpy(inputs).float())[0][:, -1]).numpy()
    assert np.abs(exact_scores(from_torch(lstm, linear), inputs) - expected).max() < 1e-5


def test_layers_of_torch_that_have_no_array_are_refused():
    torch = pytest.importorskip("torch")
    two = torch.nn.LSTM(FEATURES, HIDDEN, num_layers=2)
    with pytest.raises(ValidationError, match="num_layers"):
        from_torch(two, torch.nn.Linear(HIDDEN, 5))


def test_weights_survive_a_file(tmp_path):
    weights = replace(network_weights(), embedding=np.eye(4, FEATURES))
    save_weights(weights, tmp_path / "w.npz")
    found = load_weights(tmp_path / "w.npz")
    assert np.array_equal(found.lstm.gates, weights.lstm.gates)
    assert np.array_equal(found.readout, weights.readout)
    assert np.array_equal(found.embedding, weights.embedding)


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_foreign_weight_file_is_refused(tmp_path, content):
    path = tmp_path / "w.npz"
    if content is None:
        np.savez(path, something=np.zeros(3))
    else:
        path.write_bytes(content)
    with pytest.raises(ResultError, match=r"w\.npz"):
        load_weights(path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"bits": 1}, "bits"),
        ({"input_bits": 0}, "input_bits"),
        ({"tanh_c": "table"}, "tanh_c"),
        ({"c_range": 0.0}, "c_range"),
        ({"scheme": "middle"}, "scheme"),
    ],
)
def test_wrong_setting_is_named(change, named):
    with pytest.raises(ValidationError, match=named):
        Settings(**change)


def test_weights_of_another_shape_are_refused():
    with pytest.raises(ValidationError, match="shape"):
        LSTMWeights(gates=np.zeros((10, 9)), features=4)


def test_weights_that_are_not_finite_are_refused():
    with pytest.raises(ValidationError, match="finite"):
        LSTMWeights(gates=np.full((FEATURES + 2, 8), np.nan), features=FEATURES)


def test_inputs_of_another_width_are_refused():
    layer = CrossbarLSTM(lstm_weights(), HARDWARE, Settings(array=PERFECT))
    with pytest.raises(ValidationError, match="inputs"):
        layer(np.zeros((1, 2, FEATURES + 1)))


def test_layer_larger_than_the_array_is_refused():
    small = replace(HARDWARE, array_rows=8)
    with pytest.raises((CapacityError, ValidationError), match="8"):
        CrossbarLSTM(lstm_weights(), small, Settings(array=PERFECT))
