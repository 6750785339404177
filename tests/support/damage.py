"""Damage to valid input files: bytes, tokens of text, and the parts of HDF5 files and archives.

An edit is two numbers, a place and an action, taken modulo what there is: small numbers are simple
damage, so that a failing case shrinks.
"""

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from hypothesis import strategies as st

Edits = Sequence[tuple[int, int]]
Damage = Callable[[bytes, Edits], bytes]

EDITS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), min_size=1, max_size=3)

NUMBERS = ["0", "-1", "1", "0.5", "1e308", "-1e308", "1e999", "5e-324", "9" * 30, "9" * 5000]
WORDS = [
    *("nan", "inf", "NaN", "-Infinity", "null", "true", '""', '"x"', "[]", "{}", "[1]", "[[]]"),
    *('"20 mV"', '"nan ms"', '"1e400 s"', '"-1 uS"', '"1 s s"', '"**"', '"(((1"', '"1/0 ms"'),
    *('"\\u0000"', '"é 10 µs 𝛀"', '"../../x"', '"' + "a" * 3000 + '"', '"9**9**9**9 ms"'),
    *("[" * 3000, "[" * 300 + "]" * 300, '{"a":' * 100 + "1" + "}" * 100, '"', "\n", "=", "#"),
]
TOKENS = re.compile(r'"(?:[^"\\\n]|\\.)*"|[-+.\w]+|[\[\]{}:,=]')


def damaged_bytes(data: bytes, edits: Edits) -> bytes:
    """Flip, cut, insert, remove or repeat bytes."""
    found = bytearray(data)
    for place, action in edits:
        at, size = place % (len(found) + 1), 1 + action // 7 % 40
        match action % 7:
            case 0:
                del found[at:]
            case 1:
                found[at : at + 1] = bytes(
                    byte ^ (1 << action // 7 % 8) for byte in found[at : at + 1]
                )
            case 2:
                del found[at : at + size]
            case 3:
                found[at:at] = found[at : at + size]
            case 4:
                found[at : at + size] = b"\xff" * size
            case 5:
                found[at : at + size] = bytes(size)
            case _:
                found[at:at] = bytes((place * k + action) % 256 for k in range(size))
    return bytes(found)


def damaged_text(data: bytes, edits: Edits) -> bytes:
    """Replace, remove, repeat or move tokens of JSON or TOML."""
    text = data.decode()
    for place, action in edits:
        spans = [match.span() for match in TOKENS.finditer(text)]
        if not spans:
            break
        begin, end = spans[place % len(spans)]
        replacements = [*NUMBERS, *WORDS]
        choice = action % (len(replacements) + 4)
        token = text[begin:end]
        if choice < len(replacements):
            token = replacements[choice]
        elif choice == len(replacements):
            token = ""
        elif choice == len(replacements) + 1:
            token = f"{token}{token}"
        elif choice == len(replacements) + 2:
            other, last = spans[action // 7 % len(spans)]
            token = text[other:last]
        else:
            # A line twice: a key, row or table that comes again.
            first, last = text.rfind("\n", 0, begin) + 1, (text.find("\n", end) + 1) or len(text)
            text = f"{text[:last]}\n{text[first:last]}{text[last:]}"
            continue
        text = text[:begin] + token + text[end:]
    return text.encode()


def _arrays(like: Any) -> list[Any]:
    """Return arrays that are wrong in place of a given one, each in its own way."""
    values = np.asarray(like)
    if values.dtype.kind not in "iufb":
        values = np.arange(3)
    flat = values.reshape(-1)
    high = np.iinfo(np.int64).max
    with np.errstate(all="ignore"):
        low = values.astype(np.float16), values.astype(np.int8, casting="unsafe")
    return [
        flat[:-1],
        np.concatenate([flat, flat[:1]]),
        -values.astype(np.float64),
        np.full(values.shape, np.nan),
        np.full(values.shape, np.inf),
        np.full(values.shape, -1),
        np.full(values.shape, high),
        np.full(values.shape, 1e308),
        np.full(values.shape, np.iinfo(np.uint64).max, dtype=np.uint64),
        values.astype(np.complex128),
        *low,
        values.astype(np.bool_),
        np.zeros(0),
        np.zeros((0, 3), dtype=np.int64),
        np.zeros((2, 2, 2)),
        np.float64(3.0),
        np.array([b"text"] * 3),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        np.repeat(flat, 100),
        flat[::-1],
        values + 1 if values.dtype.kind != "b" else ~values,
    ]


def damaged_hdf5(data: bytes, edits: Edits) -> bytes:
    """Remove, replace or reshape parts of an HDF5 file, or tokens of the JSON in it."""
    memory = io.BytesIO(data)
    with h5py.File(memory, "r+") as file:
        for place, action in edits:
            _damage_part(file, place, action)
    return memory.getvalue()


def _damage_part(file: h5py.File, place: int, action: int) -> None:
    names: list[str] = []
    file.visit(names.append)
    attributes = [(name, key) for name in ["/", *names] for key in file[name].attrs]
    if not names and not attributes:
        return
    which = place % (len(names) + len(attributes))
    if which >= len(names):
        _damage_attribute(file, *attributes[which - len(names)], action)
        return
    name = names[which]
    if isinstance(file[name], h5py.Group) or action % 11 == 0:
        del file[name]
        if action % 3 == 1:
            file.create_group(name)
        elif action % 3 == 2:
            file[name] = h5py.Empty("f8")
        return
    value = file[name][()]
    del file[name]
    if isinstance(value, bytes) and action % 5:
        file[name] = damaged_text(value, [(place // 7, action // 5)]).decode().replace("\0", "0")
        return
    choices = _arrays(value)
    file.create_dataset(name, data=choices[action // 11 % len(choices)])


def _damage_attribute(file: h5py.File, name: str, key: str, action: int) -> None:
    attributes = file[name].attrs
    values = [-1, 0, 99, 1e308, np.nan, "text", "", b"\xff", [1, 2], np.zeros(0), h5py.Empty("i4")]
    choice = action % (len(values) + 1)
    del attributes[key]
    if choice < len(values):
        attributes[key] = values[choice]


def damaged_archive(data: bytes, edits: Edits) -> bytes:
    """Remove, rename or replace arrays of a NumPy archive."""
    with np.load(io.BytesIO(data)) as found:
        arrays = dict(found)
    for place, action in edits:
        if not arrays:
            break
        name = sorted(arrays)[place % len(arrays)]
        values = arrays.pop(name)
        if action % 11 == 1:
            arrays[f"{name}2"] = values
        elif action % 11:
            choices = _arrays(values)
            arrays[name] = choices[action // 11 % len(choices)]
    memory = io.BytesIO()
    np.savez(memory, **arrays)
    return memory.getvalue()


def listed(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder with what they hold."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
