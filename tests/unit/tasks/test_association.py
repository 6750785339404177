import numpy as np
import pytest
import torch

from neuro.errors import ValidationError
from neuro.tasks.association import Modality, left_out, mean_interval, seen_classes
from neuro.tasks.contrastive import (
    ContrastiveOptions,
    class_loss,
    pair_loss,
    soft_loss,
    train_heads,
)

LABELS = torch.tensor([0, 1, 0, 2, 1])
LOSSES = {
    "pairs": lambda u, v: pair_loss(u, v, 0.5),
    "classes": lambda u, v: class_loss(u, v, LABELS, 0.5),
    "soft": lambda u, v: soft_loss(u, v, 0.5),
}


# Specs, resistive_lsm section 7, test 10: central differences, 1e-5 relative.
@pytest.mark.parametrize("name", LOSSES)
def test_gradient_agrees_with_finite_differences(name):
    generator = torch.Generator().manual_seed(0)
    u, v = (torch.randn(5, 4, dtype=torch.float64, generator=generator) for _ in range(2))
    u.requires_grad_(True)
    torch.autograd.backward(LOSSES[name](u, v))
    step, numeric = 1e-6, torch.zeros_like(u)
    for place in np.ndindex(*u.shape):
        moved = torch.zeros_like(u)
        moved[place] = step
        with torch.no_grad():
            rise = LOSSES[name](u + moved, v) - LOSSES[name](u - moved, v)
        numeric[place] = rise / (2 * step)
    assert torch.linalg.norm(u.grad - numeric) < 1e-5 * torch.linalg.norm(numeric)


def test_pair_loss_of_equal_similarities_is_the_logarithm_of_the_batch():
    u = torch.ones(8, 3, dtype=torch.float64)
    assert float(pair_loss(u, u, 1.0)) == pytest.approx(np.log(8))


def test_class_loss_is_pair_loss_where_all_classes_differ():
    generator = torch.Generator().manual_seed(1)
    u, v = (torch.randn(5, 4, generator=generator) for _ in range(2))
    assert torch.allclose(class_loss(u, v, torch.arange(5), 0.5), pair_loss(u, v, 0.5))


def modality(seed, features=20):
    rng = np.random.default_rng(seed)
    centres = 4 * rng.normal(size=(4, features))
    train, test = np.arange(80) % 4, np.arange(40) % 4
    return Modality(
        train=centres[train] + rng.normal(size=(80, features)),
        train_labels=train,
        test=centres[test] + rng.normal(size=(40, features)),
        test_labels=test,
    )


def test_separable_modalities_find_one_another():
    found = seen_classes(modality(0), modality(1), range(4), ContrastiveOptions(batch=16))
    assert min(found) > 95.0


def test_few_samples_tell_classes_apart_that_were_left_out():
    options = ContrastiveOptions(batch=16, epochs=10)
    found = left_out(modality(0), modality(1), (1, 2), options)
    assert found.few_shot[1] > 90.0
    assert 0.0 <= min(found.zero_shot) <= max(found.zero_shot) <= 100.0


def test_training_is_the_same_for_a_seed():
    first, second = modality(0), modality(1)
    data = (first.train, first.train_labels), (second.train, second.train_labels)
    heads = [train_heads(*data, ContrastiveOptions(epochs=2), seed=3) for _ in range(2)]
    assert np.array_equal(heads[0][0].weights, heads[1][0].weights)


def test_a_class_without_partner_is_refused():
    counts = np.zeros((2, 3))
    with pytest.raises(ValidationError, match=r"no sample of classes \[1\]"):
        train_heads((counts, np.array([0, 1])), (counts, np.array([0, 0])))


def test_interval_of_the_mean_has_the_width_of_the_normal_law():
    values = np.random.default_rng(0).normal(50.0, 15.0, 400).tolist()
    mean, low, high = mean_interval(values)
    # 2 * 1.96 * 15 / sqrt(400) = 2.94
    assert (high - low) == pytest.approx(2.94, rel=0.15)
    assert low < mean < high
