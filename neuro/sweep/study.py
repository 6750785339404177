"""Studies: what a sweep varies, as plain data; read from TOML files by `neuro.sweep.study_file`.

A setting is named by its path, such as ``spacing`` or ``set.tau_plus``. A study has settings that
are the same for all trials, and blocks of axes; the trials are the products of each block's axes.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from neuro.target import Option

Value = Option
"""Text (also of a quantity with its unit), number or truth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """What varies together.

    Parameters
    ----------
    paths : tuple of str
        Settings; one, or several that are zipped.
    values : tuple of tuple of Value
        One row for each point of the axis, one value for each path.
    """

    paths: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A grid: the product of its axes.

    Parameters
    ----------
    place : str
        Where it stands in the file.
    axes : tuple of Axis
        The first one varies slowest.
    """

    place: str
    axes: tuple[Axis, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The settings of one trial.

    Parameters
    ----------
    values : mapping of str to Value
        By path.
    places : mapping of str to str
        Where each was written, for errors.
    """

    values: Mapping[str, Value]
    places: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A base run and what is varied.

    Parameters
    ----------
    name : str
        For people; that of the file without its ending.
    source : str
        What errors and commands call it, such as the path of its file.
    folder : Path
        To which paths of programs are relative.
    base : mapping of str to Value
        Settings of all trials by path; a block replaces them.
    blocks : tuple of Block
        At least one.
    """

    name: str
    source: str
    folder: Path = field(default_factory=Path)
    base: Mapping[str, Value]
    blocks: tuple[Block, ...]

    @property
    def where(self) -> str:
        """What errors call the study."""
        return f"study {self.source!r}"

    @property
    def paths(self) -> tuple[str, ...]:
        """The settings that are varied, in the order of the file."""
        found = (path for block in self.blocks for axis in block.axes for path in axis.paths)
        return tuple(dict.fromkeys(found))

    def points(self) -> Iterator[Point]:
        """Return the settings of each trial; what two blocks have in common comes once.

        Examples
        --------
        >>> axis = Axis(paths=("seed",), values=((0,), (1,)))
        >>> block = Block(place="sweep", axes=(axis,))
        >>> study = Study(name="s", source="s.toml", base={"model": "ca3"}, blocks=(block,))
        >>> [point.values["seed"] for point in study.points()]
        [0, 1]
        """
        seen = set()
        for block in self.blocks:
            for choice in itertools.product(*(range(len(axis.values)) for axis in block.axes)):
                point = self._point(block, choice)
                # With the type, for 1 and True are equal.
                key = frozenset((path, type(v), v) for path, v in point.values.items())
                if key not in seen:
                    seen.add(key)
                    yield point

    def _point(self, block: Block, choice: tuple[int, ...]) -> Point:
        values = dict(self.base)
        places = {path: path for path in self.base}
        for axis, number in zip(block.axes, choice, strict=True):
            for path, value in zip(axis.paths, axis.values[number], strict=True):
                values[path] = value
                only = len(axis.values) == 1
                places[path] = f"{block.place}.{path}" + ("" if only else f"[{number}]")
        return Point(values=values, places=places)
