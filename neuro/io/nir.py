"""NIR in and out: `from_nir` reads a graph, `to_nir` writes one; both say what was lost."""

from neuro.io.nir_export import Exported, to_nir
from neuro.io.nir_import import Imported, from_nir, read_nir

__all__ = ["Exported", "Imported", "from_nir", "read_nir", "to_nir"]
