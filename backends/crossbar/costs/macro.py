r"""A model of a whole macro with two parameters for energy and two for area.

.. math:: E(b) = (e_{dev} R C + e_{col} C) 2^b + E_{fix}, \quad
          T(b) = 2 \varphi 2^b / f + H / (\ell f), \quad A = a_{dev} R C + a_{col} C

for R rows, C columns, b bits in and out, phi conversion phases, H units and l lanes for
element-wise work, per time step. Calibrated on Table 1 of Yang et al. 2025; the phases and lanes
are our reading of its numbers. Specs, crossbar_nladc section 4.2.
"""

from dataclasses import dataclass

from neuro.backends.crossbar.costs.figures import OPERATIONS_PER_CROSSPOINT, Figures
from neuro.backends.crossbar.hardware import Hardware
from neuro.target import Coefficient

READ_AND_CONVERT = 2
"""Each phase first applies the longest pulse and then runs the ramp, 2^b cycles each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """One recurrent layer on one array.

    Parameters
    ----------
    name : str
    rows, columns : int
        Weights of the array.
    hidden : int
        Units.
    phases : int
        Conversions one after another: gates, cell state, projection.
    lanes : int
        Units whose element-wise work is done at once.
    fixed : Coefficient, fJ
        Energy of a step whatever the bits.
    """

    name: str
    rows: int
    columns: int
    hidden: int
    phases: int
    lanes: int
    fixed: Coefficient


KEYWORDS = Workload(
    name="keyword spotting",
    rows=72,
    columns=128,
    hidden=32,
    phases=2,
    lanes=1,
    fixed=Coefficient(value=21.2e3, unit="fJ", source="[derived] Yang et al. 2025, Table 1"),
)
LANGUAGE = Workload(
    name="language model",
    rows=633,
    columns=8064,
    hidden=2016,
    phases=3,
    lanes=6,
    fixed=Coefficient(value=41.0e6, unit="fJ", source="[derived] Yang et al. 2025, Table 1"),
)
"""The two networks of Yang et al. 2025."""


def macro_figures(workload: Workload, bits: int, hardware: Hardware) -> Figures:
    """Return energy, latency, area and operations of one time step.

    Parameters
    ----------
    workload : Workload
        What runs.
    bits : int
        Of inputs and outputs.
    hardware : Hardware
        Whose `cost_device`, `cost_column`, `cost_device_area`, `cost_column_area` and clock are
        used.

    Raises
    ------
    ValidationError
        If the hardware file lacks one of them.
    """
    crosspoints, columns = workload.rows * workload.columns, workload.columns

    def summed(device: str, column: str) -> float:
        return hardware.cost(device).value * crosspoints + hardware.cost(column).value * columns

    cycles = 2**bits
    latency = READ_AND_CONVERT * workload.phases * cycles + workload.hidden / workload.lanes
    return Figures(
        operations=OPERATIONS_PER_CROSSPOINT * crosspoints,
        energy=summed("cost_device", "cost_column") * cycles + workload.fixed.value,
        latency=latency * hardware.clock,
        area=summed("cost_device_area", "cost_column_area"),
    )
