"""The weights of a layout as grids, for running its quantised weights on another backend."""

from neuro.backends.spinnaker.defects import FULL_ENTRY
from neuro.backends.spinnaker.layout import Layout
from neuro.passes import Grid


def weight_grids(layout: Layout) -> dict[str, Grid]:
    """Return the grid of each projection's weights, for the pass `quantise`.

    Weights are multiples of the receptor's last bit; of a larger number the low 16 bits stay.
    """
    scales = {item.name: item.scales for item in layout.populations}
    return {
        item.name: Grid(
            lsb=1.0 / scales[item.target][item.receptor], largest_code=FULL_ENTRY, wrap=True
        )
        for item in layout.projections
    }
