"""A network as a tree of plain values: the one form behind equality, digest, writing and reading.

Only the classes of `neuro.ir` are ever rebuilt from a tree; nothing in a file is executed.
"""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neuro.errors import ResultError
from neuro.ir import cells, connectors, distributions, inputs, network, probes, protocol, synapses

CLASSES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *cells.CellType.__args__,
        *synapses.SynapseType.__args__,
        *connectors.Connector.__args__,
        *distributions.Distribution.__args__,
        *inputs.Input.__args__,
        probes.Probe,
        protocol.View,
        protocol.Operation,
        protocol.MemoryProtocol,
        network.Population,
        network.Projection,
        network.Network,
    )
}


def to_tree(part: Any) -> Any:
    """Turn a network or a part of one into dictionaries, lists, strings and numbers."""
    return _tree(part, lambda data: base64.b64encode(data.tobytes()).decode())


def _tree(part: Any, contents: Callable[[NDArray[Any]], str]) -> Any:
    """Turn a part into plain values; `contents` writes what an array holds, low byte first."""
    if is_dataclass(part) and not isinstance(part, type):
        members = {item.name: _tree(getattr(part, item.name), contents) for item in fields(part)}
        return {"type": type(part).__name__, **members}
    if isinstance(part, np.ndarray):
        data = np.ascontiguousarray(part, dtype=part.dtype.newbyteorder("<"))
        return {
            "type": "array",
            "dtype": data.dtype.str,
            "shape": list(part.shape),
            "data": contents(data),
        }
    if isinstance(part, tuple | list):
        return [_tree(item, contents) for item in part]
    if isinstance(part, np.generic):
        return part.item()
    return part


def from_tree(tree: Any) -> Any:
    """Rebuild what `to_tree` took apart.

    Raises
    ------
    ResultError
        If the tree names an unknown class or lacks a member.
    ValidationError, CheckError
        If the network in it is not valid.
    """
    if isinstance(tree, list):
        return tuple(from_tree(item) for item in tree)
    if not isinstance(tree, dict):
        return tree
    members = dict(tree)
    name = members.pop("type", None)
    if name == "array":
        return _array(members)
    if not isinstance(name, str) or name not in CLASSES:
        raise ResultError("stored network", f"unknown part {name!r}", value=name)
    try:
        return CLASSES[name](**{key: from_tree(value) for key, value in members.items()})
    except TypeError as error:
        raise ResultError("stored network", f"part {name!r} does not fit: {error}") from error


def to_json(part: Any) -> str:
    """Write a network, or a part of one, as canonical JSON."""
    return _canonical(to_tree(part))


def from_json(text: str) -> Any:
    """Read what `to_json` wrote.

    Raises
    ------
    ResultError
        If the text is not such a network.
    ValidationError, CheckError
        If the network in it is not valid.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ResultError("stored network", f"not JSON: {error}") from error
    return from_tree(tree)


def digest(part: Any) -> str:
    """Return the SHA-256 of the content, 64 hexadecimal digits.

    An array counts by the SHA-256 of its bytes: a large network is hashed without being written.
    """
    tree = _tree(part, lambda data: hashlib.sha256(data.data).hexdigest())
    return hashlib.sha256(_canonical(tree).encode()).hexdigest()


def _canonical(tree: Any) -> str:
    return json.dumps(tree, sort_keys=True, separators=(",", ":"))


def _array(members: dict[str, Any]) -> Any:
    try:
        data = np.frombuffer(base64.b64decode(members["data"]), dtype=np.dtype(members["dtype"]))
        return data.reshape(members["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise ResultError("stored network", f"damaged array: {error}") from error
