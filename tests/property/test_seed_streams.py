from hypothesis import given, settings
from hypothesis import strategies as st

from neuro.seeds import stream

PATHS = st.lists(st.text(max_size=6), max_size=3).map(tuple)
ROOTS = st.integers(0, 2**64)


def draw(root: int, path: tuple[str, ...]) -> list[float]:
    values: list[float] = stream(root, *path).random(4).tolist()
    return values


@settings(max_examples=50)
@given(ROOTS, st.lists(PATHS, unique=True, min_size=2, max_size=6), st.randoms())
def test_streams_do_not_depend_on_the_order_of_use(
    root: int, paths: list[tuple[str, ...]], shuffler: object
) -> None:
    first = {path: draw(root, path) for path in paths}
    shuffled = list(paths)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {path: draw(root, path) for path in shuffled} == first


@given(st.tuples(ROOTS, PATHS), st.tuples(ROOTS, PATHS))
def test_streams_of_different_places_differ(
    one: tuple[int, tuple[str, ...]], other: tuple[int, tuple[str, ...]]
) -> None:
    assert (draw(*one) == draw(*other)) == (one == other)


@given(ROOTS, PATHS)
def test_drawing_from_one_stream_does_not_advance_another(root: int, path: tuple[str, ...]) -> None:
    one, other = stream(root, *path), stream(root, *path)
    one.random(100)
    assert other.random(4).tolist() == draw(root, path)
