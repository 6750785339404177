import numpy as np
import pytest

from neuro.backends.crossbar.nladc import function_named, ideal_codes, levels_of
from neuro.backends.crossbar.recurrent import exact_lstm, exact_scores
from neuro.backends.crossbar.training import (
    Examples,
    Hardening,
    Schedule,
    start_weights,
    train_classifier,
    train_language,
)
from neuro.errors import ValidationError

torch = pytest.importorskip("torch")

from neuro.backends.crossbar.training import forward  # noqa: E402

HARDENING = Hardening(bits=3, input_bits=3, weight_noise=0.03)


def ramps(count=120, steps=10):
    """Two classes: a value that rises with time, and one that falls."""
    rng = np.random.default_rng(4)
    labels = rng.integers(0, 2, count)
    slopes = np.where(labels, 1.0, -1.0)[:, None, None] * np.linspace(-1, 1, steps)[:, None]
    inputs = np.clip(slopes * np.ones(3) + rng.normal(0, 0.3, (count, steps, 3)), -1, 1)
    return Examples(inputs=inputs, labels=labels)


def accuracy(weights, examples):
    return np.mean(exact_scores(weights, examples.inputs).argmax(axis=1) == examples.labels)


def test_converter_gives_the_levels_of_the_ramp():
    x = np.linspace(-4, 4, 97) + 0.013
    for name in ("sigmoid", "tanh"):
        levels = levels_of(function_named(name), 3)
        found = forward.converted(torch.from_numpy(x), name, HARDENING).numpy()
        assert found == pytest.approx(levels.values[ideal_codes(levels, x)], abs=1e-12)


def test_gradient_of_a_converter_is_that_of_the_smooth_function():
    x = torch.linspace(-3, 3, 11, dtype=torch.float64, requires_grad=True)
    forward.converted(x, "tanh", HARDENING).sum().backward()
    assert x.grad.numpy() == pytest.approx(1 - np.tanh(np.linspace(-3, 3, 11)) ** 2, rel=1e-9)


def test_gradient_goes_through_pulses_inside_their_range_only():
    x = torch.tensor([-1.5, -0.4, 0.33, 1.2], requires_grad=True)
    coded = forward.pulse_coded(x, HARDENING)
    coded.sum().backward()
    # 7 cycles at most: -0.4 is -2.8 cycles, 0.33 is 2.31.
    assert coded.detach().numpy() == pytest.approx([-1, -3 / 7, 2 / 7, 1])
    assert x.grad.tolist() == [0.0, 1.0, 1.0, 0.0]


def test_noise_has_the_size_that_was_asked_for():
    rng = torch.Generator().manual_seed(1)
    noise = forward.noisy(torch.zeros(100, 200), 2.0, HARDENING, rng)
    # 20000 draws: the deviation is known to 1 in 200.
    assert float(noise.std()) == pytest.approx(0.06, rel=0.02)


def test_forward_without_hardware_is_the_exact_layer():
    weights = start_weights(3, 5, 2, seed=2)
    inputs = ramps().inputs[:4]
    zeros = torch.zeros(4, 5)
    gates = torch.tensor(weights.lstm.gates, dtype=torch.float32)
    found, _ = forward.outputs_of(torch.tensor(inputs).float(), gates, (zeros, zeros), None)
    assert found.numpy() == pytest.approx(exact_lstm(weights.lstm, inputs), abs=1e-5)


def test_forward_with_many_bits_nears_the_exact_layer():
    weights = start_weights(3, 5, 2, seed=2)
    inputs = ramps().inputs[:4]
    zeros = torch.zeros(4, 5)
    gates = torch.tensor(weights.lstm.gates, dtype=torch.float32)
    fine = Hardening(bits=12, input_bits=12)
    found, _ = forward.outputs_of(torch.tensor(inputs).float(), gates, (zeros, zeros), fine)
    assert found.numpy() == pytest.approx(exact_lstm(weights.lstm, inputs), abs=2e-3)


@pytest.mark.parametrize("hardening", [None, HARDENING])
def test_training_learns_what_can_be_told_apart(hardening):
    schedule = Schedule(epochs=6, batch=10, rate=0.02)
    start = start_weights(3, 5, 2, seed=3)
    found = train_classifier(start, ramps(), schedule, hardening, seed=3)
    assert accuracy(found, ramps()) > 0.95


def test_training_is_the_same_for_the_same_seed():
    schedule = Schedule(epochs=1, batch=20, rate=0.02, input_noise=0.1, shift=2)
    found = [
        train_classifier(start_weights(3, 5, 2), ramps(), schedule, HARDENING, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert np.array_equal(found[0].lstm.gates, found[1].lstm.gates)
    assert not np.array_equal(found[0].lstm.gates, found[2].lstm.gates)


def test_weights_stay_in_the_range_of_the_devices():
    schedule = Schedule(epochs=3, batch=10, rate=0.1, largest=0.5)
    found = train_classifier(start_weights(3, 5, 2), ramps(), schedule)
    assert np.abs(found.lstm.gates).max() == pytest.approx(0.5)
    assert np.abs(found.readout).max() <= 0.5


def test_progress_reaches_the_end():
    seen = []
    train_classifier(
        start_weights(3, 5, 2),
        ramps(),
        Schedule(epochs=1, batch=50, rate=0.01),
        progress=seen.append,
    )
    assert seen == pytest.approx([1 / 3, 2 / 3, 1.0])


def test_language_model_learns_an_alternation():
    text = np.tile([0, 1, 2], 400)
    start = start_weights(4, 8, 3, symbols=3)
    found = train_language(start, text, Schedule(epochs=4, batch=4, rate=0.05), window=12)
    outputs = exact_lstm(found.lstm, found.embedding[text[None, :90]])
    scores = outputs @ found.readout[:-1] + found.readout[-1]
    assert np.mean(scores[0, 5:].argmax(axis=1) == text[6:91]) == 1.0


def test_text_that_is_too_short_is_refused():
    start = start_weights(4, 8, 3, symbols=3)
    with pytest.raises(ValidationError, match="text: 20 characters"):
        train_language(start, np.zeros(20, dtype=np.int64), Schedule(epochs=1, batch=4, rate=0.1))


def test_language_model_needs_an_embedding():
    with pytest.raises(ValidationError, match="embedding"):
        train_language(
            start_weights(4, 8, 3),
            np.zeros(500, dtype=np.int64),
            Schedule(epochs=1, batch=2, rate=1),
        )


def test_schedule_without_epochs_is_refused():
    with pytest.raises(ValidationError, match="epochs"):
        Schedule(epochs=0, batch=4, rate=0.1)
