from dataclasses import replace

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from neuro.errors import ValidationError
from neuro.models.lsm import LSMParameters
from neuro.resistive import ArrayEffects, Change
from neuro.tasks.readouts import equalised, fit_readout, refitted
from neuro.tasks.reservoir import Reservoir

SMALL = LSMParameters(neurons=60, factor=0.2)


@pytest.fixture(scope="module")
def task():
    """Two classes that differ in when their lines fire, not in how often."""
    rng = np.random.default_rng(0)
    labels = np.arange(80) % 2
    early = np.arange(20) < 10
    rate = np.where(early == labels[:, None], 0.35, 0.05)
    return rng.random((80, 20, 24)) < rate[:, :, None], labels


def test_counters_in_time_tell_what_a_single_count_cannot(task):
    frames, labels = task
    model = Reservoir(SMALL, bins=2, seed=1).fit(frames[:40], labels[:40])
    assert model.score(frames[40:], labels[40:]) == 1.0


def test_it_works_in_a_pipeline_and_in_searches(task):
    frames, labels = task
    half = FunctionTransformer(lambda x: x[:, :, :12])
    pipeline = Pipeline([("lines", half), ("reservoir", Reservoir(SMALL, bins=2))])
    assert cross_val_score(pipeline, frames, labels, cv=2).min() > 0.9
    choices = {"parameters": [replace(SMALL, factor=1e-6), SMALL]}
    search = GridSearchCV(Reservoir(SMALL, bins=2), choices, cv=2).fit(frames, labels)
    assert search.best_params_["parameters"].factor == 0.2


@pytest.mark.parametrize("backend", ["cpu", "crossbar"])
def test_backends_give_the_counts_of_the_array(task, backend):
    frames, labels = task
    array = Reservoir(SMALL, bins=3, seed=2).fit(frames, labels)
    other = Reservoir(SMALL, bins=3, seed=2, backend=backend).place(24)
    assert np.array_equal(other.count(frames[:4]), array.count(frames[:4]))


@pytest.mark.parametrize("kind", ["ridge", "logistic", "gradient"])
def test_every_readout_separates_what_is_separable(kind):
    rng = np.random.default_rng(3)
    labels = np.repeat([2, 5, 9], 30)
    counts = rng.normal(size=(90, 6)) + 6 * np.eye(6)[np.repeat([0, 1, 2], 30)]
    assert (fit_readout(counts, labels, kind).predict(counts) == labels).mean() > 0.98


def test_equalising_undoes_a_change_of_scale_and_offset():
    rng = np.random.default_rng(4)
    labels = np.arange(60) % 3
    counts = rng.normal(size=(60, 5)) + 4 * np.eye(5)[labels]
    readout = fit_readout(counts, labels)
    changed = 3.0 * counts + 7.0
    assert np.allclose(equalised(readout, changed).scores(changed), readout.scores(counts))


def test_refitting_with_a_huge_penalty_keeps_the_weights_and_with_none_fits_the_samples():
    rng = np.random.default_rng(5)
    labels = np.arange(12) % 3
    counts = rng.normal(size=(12, 30))
    readout = fit_readout(rng.normal(size=(60, 30)), np.arange(60) % 3)
    kept = refitted(readout, counts, labels, penalty=1e12)
    assert np.allclose(kept.coefficients, readout.coefficients, atol=1e-6)
    fitted = refitted(readout, counts, labels, penalty=1e-9)
    assert fitted.predict(counts).tolist() == labels.tolist()


def test_ageing_changes_devices_and_leaves_the_original_alone(task):
    frames, labels = task
    model = Reservoir(SMALL, bins=2, seed=1).fit(frames, labels)
    before = model.count(frames)
    aged = model.aged(Change(relaxation=0.1), seed=1)
    assert not np.array_equal(aged.count(frames), before)
    assert np.array_equal(model.count(frames), before)


@pytest.mark.parametrize(
    ("act", "where"),
    [
        (lambda m, x, y: m.fit(x, y[:-1]), "labels"),
        (lambda m, x, y: m.fit(x[0], y), "frames"),
        (lambda m, x, y: m.fit(x * 2, y), "frames"),
        (lambda m, x, y: m.fit(x, np.zeros(len(x), int)), "labels"),
        (lambda m, x, y: m.set_params(bins=0).fit(x, y), "bins"),
        (lambda m, x, y: m.predict(x), "reservoir"),
        (lambda m, x, y: m.set_params(readout="svm").fit(x, y), "readout"),
        (
            lambda m, x, y: m.set_params(backend="cpu", effects=ArrayEffects(read_noise=0.1)).fit(
                x, y
            ),
            "effects",
        ),
    ],
)
def test_wrong_use_is_refused_where_it_is_wrong(task, act, where):
    with pytest.raises(ValidationError) as caught:
        act(Reservoir(SMALL), *task)
    assert caught.value.where == where
