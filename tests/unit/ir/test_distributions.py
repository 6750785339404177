import numpy as np
import pytest

from neuro.ir import Normal, Uniform

COUNT = 40_000


def rng() -> np.random.Generator:
    return np.random.default_rng(2)


def test_uniform_draws_have_the_moments_of_the_formula() -> None:
    drawn = Uniform(2.0, 5.0).draw(rng(), COUNT)
    sd = 3.0 / np.sqrt(12)
    assert drawn.mean() == pytest.approx(3.5, abs=4 * sd / np.sqrt(COUNT))
    assert drawn.std() == pytest.approx(sd, rel=0.02)
    assert 2.0 <= drawn.min() <= drawn.max() < 5.0


def test_normal_draws_have_the_asked_moments() -> None:
    drawn = Normal(-3.0, 2.0).draw(rng(), COUNT)
    assert drawn.mean() == pytest.approx(-3.0, abs=4 * 2.0 / np.sqrt(COUNT))
    # The relative standard error of a sample deviation is 1 / sqrt(2 n).
    assert drawn.std() == pytest.approx(2.0, rel=4 / np.sqrt(2 * COUNT))


def test_normal_moves_what_lies_beyond_a_bound_onto_it() -> None:
    drawn = Normal(0.0, 1.0, low=0.0).draw(rng(), COUNT)
    assert drawn.min() == 0.0
    assert np.mean(drawn == 0.0) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(COUNT))


def test_bounds_are_the_extremes_that_can_be_drawn() -> None:
    assert Uniform(1.0, 2.0).bounds() == (1.0, 2.0)
    assert Normal(1.0, 0.5).bounds() == (-np.inf, np.inf)
    assert Normal(1.0, 0.5, low=0.1, high=3.0).bounds() == (0.1, 3.0)


def test_bounds_of_a_certain_value_are_that_value() -> None:
    assert Normal(1.0, 0.0).bounds() == (1.0, 1.0)


def test_bounds_of_a_certain_value_beyond_its_bound_are_the_bound() -> None:
    distribution = Normal(1.0, 0.0, low=2.0, high=3.0)
    drawn = distribution.draw(rng(), 3)
    assert distribution.bounds() == (drawn.min(), drawn.max())


@pytest.mark.parametrize(
    ("distribution", "text"),
    [
        (Uniform(2.0, 1.0), "low 2.0 is above high 1.0"),
        (Normal(0.0, 1.0, low=2.0, high=1.0), "low 2.0 is above high 1.0"),
        (Normal(0.0, -1.0), "mean 0.0, sd -1.0"),
        (Normal(np.inf, 1.0), "mean inf, sd 1.0"),
        (Normal(0.0, np.nan), "mean 0.0, sd nan"),
    ],
)
def test_impossible_distribution_is_an_issue(distribution: Uniform | Normal, text: str) -> None:
    issues = distribution.issues("cell.v_init")
    assert [(issue.where, issue.problem) for issue in issues] == [("cell.v_init", text)]


@pytest.mark.parametrize("distribution", [Uniform(1.0, 1.0), Normal(0.0, 0.0), Normal(0.0, 1.0)])
def test_possible_distribution_is_no_issue(distribution: Uniform | Normal) -> None:
    assert distribution.issues("x") == []


def test_uniform_without_a_finite_bound_is_an_issue() -> None:
    assert len(Uniform(0.0, np.inf).issues("x")) == 1
