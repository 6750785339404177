import hashlib

import numpy as np
import pytest

from neuro.seeds import stream


def draw(root: int, *path: str | int, count: int = 8) -> list[float]:
    values: list[float] = stream(root, *path).random(count).tolist()
    return values


def test_stream_depends_on_root_and_path_only() -> None:
    first = draw(3, "population", "CA3", "v_init")
    draw(3, "population", "another")
    np.random.default_rng(0).random(100)
    assert draw(3, "population", "CA3", "v_init") == first


def test_stream_is_the_documented_pcg64() -> None:
    # Root, then SHA-256 of the length-prefixed path as eight little-endian words: a contract, since
    # the network of a published seed must stay the same.
    words = np.frombuffer(hashlib.sha256(b"1:a4:b->c").digest(), "<u4").tolist()
    expected = np.random.Generator(np.random.PCG64(np.random.SeedSequence([5, *words])))
    assert draw(5, "a", "b->c") == expected.random(8).tolist()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "a"), (2, "a")),
        ((1, "a"), (1, "b")),
        ((1, "a"), (1, "a", "a")),
        ((1, "ab", "c"), (1, "a", "bc")),
        ((1, "block", 1), (1, "block", 11)),
        ((0,), (0, "")),
        ((1, "a"), (2**32 + 1, "a")),
    ],
)
def test_different_places_have_different_streams(
    one: tuple[int, str], other: tuple[int, str]
) -> None:
    assert not set(draw(*one)) & set(draw(*other))


def test_neighbouring_streams_are_uncorrelated() -> None:
    count = 10_000
    streams = np.array([draw(0, "input", "noise", "block", k, count=count) for k in range(5)])
    correlation = np.corrcoef(streams) - np.eye(5)
    # Standard deviation of a sample correlation of independent values: 1 / sqrt(count).
    assert np.abs(correlation).max() < 4 / np.sqrt(count)


def test_stream_leaves_the_global_state_of_numpy_alone() -> None:
    before = np.random.get_state()[1].tolist()  # type: ignore[index]
    draw(0, "a")
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]
