"""The account of a run: what each layer did, what that costs, and the sum.

Layers are worked through one after the other, so times add up. Areas are those of weight positions
and columns, as published figures count them.
"""

from dataclasses import asdict, dataclass
from typing import Any

from neuro.backends.crossbar.costs.figures import OPERATIONS_PER_CROSSPOINT, Figures
from neuro.backends.crossbar.costs.terms import driver_energy, schreier_energy, walden_energy
from neuro.backends.crossbar.hardware import Hardware
from neuro.energy import EnergyBasis, EnergyReport, EnergyRow, energy_row
from neuro.target import Coefficient

REMARKS = (
    "Energy of an array is computed from the conductances as they are now and the pulses as they "
    "were; with wires it is what the drivers deliver.",
    "The energy of a column for a clock was derived from whole steps of an LSTM: conversions of "
    "the cell state are a part of it and are not charged again.",
    "Areas count weight positions and columns, as Table 1 of Yang et al. 2025 does; control logic, "
    "buffers and links are left out.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCounts:
    """What one layer did.

    Parameters
    ----------
    name : str
    rows, columns : int
        Weights.
    devices_across : int
        Devices in a row.
    steps : int
        Time steps, or operations, summed over samples.
    reads : int
        Vectors that were multiplied with the weights.
    pulses : float
        Read pulses on rows.
    row_cycles : float
        Clock cycles for which rows were driven, summed over rows.
    array_energy : float, fJ
        Of the devices, and wires, in that time.
    conversions : int
        Column sums that were converted.
    cell_conversions : int
        Cell states of an LSTM that were converted; their energy is in that of the columns.
    conversion_cycles : int
        Clock cycles of one conversion.
    bits : int
        Of the converter.
    ramps : int
        Ramps that were run; one serves all columns that share it.
    ramp_energy : float, fJ
        Of their devices.
    elementwise : int
        Units whose state was updated digitally.
    cycles : float
        Clock cycles from the first to the last, one thing after the other.
    spikes, synaptic_events : int
        Of rows read by spikes, and of crosspoints that they reach.
    write_pulses : int
        Pulses that changed devices.
    write_energy : float, fJ
    """

    name: str
    rows: int
    columns: int
    devices_across: int
    steps: int = 0
    reads: int = 0
    pulses: float = 0.0
    row_cycles: float = 0.0
    array_energy: float = 0.0
    conversions: int = 0
    cell_conversions: int = 0
    conversion_cycles: int = 0
    bits: int = 0
    ramps: int = 0
    ramp_energy: float = 0.0
    elementwise: int = 0
    cycles: float = 0.0
    spikes: int = 0
    synaptic_events: int = 0
    write_pulses: int = 0
    write_energy: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerCosts:
    """What one layer costs.

    Parameters
    ----------
    counts : LayerCounts
    rows : tuple of EnergyRow
        Contributions to its energy.
    figures : Figures
        Energy, latency, area, operations.
    """

    counts: LayerCounts
    rows: tuple[EnergyRow, ...]
    figures: Figures

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file."""
        return {
            **asdict(self.counts),
            **self.figures.as_dict(),
            "rows": [asdict(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CostReport:
    """What a run costs, by layer and in all.

    Parameters
    ----------
    hardware : Hardware
        Whose constants were used.
    layers : tuple of LayerCosts
    inferences : int, default 0
        Samples that were worked through.
    """

    hardware: Hardware
    layers: tuple[LayerCosts, ...]
    inferences: int = 0

    @property
    def total(self) -> Figures:
        """Sums over layers."""
        parts = [layer.figures for layer in self.layers]
        return Figures(
            operations=sum(part.operations for part in parts),
            energy=sum(part.energy for part in parts),
            latency=sum(part.latency for part in parts),
            area=sum(part.area for part in parts),
        )

    @property
    def events(self) -> dict[str, int]:
        """Counts by which the energy is also divided; those that there were."""
        counts = [layer.counts for layer in self.layers]
        found = {
            "inference": self.inferences,
            "step": max((item.steps for item in counts), default=0),
            "read": sum(item.reads for item in counts),
            "conversion": sum(item.conversions + item.cell_conversions for item in counts),
            "spike": sum(item.spikes for item in counts),
            "synaptic event": sum(item.synaptic_events for item in counts),
            "write pulse": sum(item.write_pulses for item in counts),
        }
        return {name: count for name, count in found.items() if count}

    def energy_report(self) -> EnergyReport:
        """Return the energies with their constants, beside those with conventional converters."""
        rows = tuple(row for layer in self.layers for row in layer.rows)
        bases = [
            EnergyBasis(
                name="operations",
                covers="reads, conversions, element-wise work and writes; not control, buffers, "
                "links and leakage",
                rows=rows,
            ),
            *self._conventional(rows),
        ]
        return EnergyReport(
            target=self.hardware.name,
            duration=self.total.latency,
            bases=tuple(bases),
            events=self.events,
            remarks=REMARKS,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values for a file: by layer, in all, and every energy with its source."""
        return {
            "layers": [layer.as_dict() for layer in self.layers],
            "total": self.total.as_dict(),
            "energy": self.energy_report().as_dict(),
        }

    def _conventional(self, rows: tuple[EnergyRow, ...]) -> list[EnergyBasis]:
        """Account for the same run with conventional converters instead of ramps."""
        known = dict(self.hardware.costs)
        kept = tuple(row for row in rows if not row.name.endswith((RAMPS, COLUMNS)))
        bases = []
        for name, cost, law in (
            ("Walden", "cost_adc_step", walden_energy),
            ("Schreier", "cost_adc_schreier", schreier_energy),
        ):
            if cost not in known:
                continue
            merit = known[cost]
            converters = tuple(
                energy_row(
                    f"{layer.counts.name}: converters of {layer.counts.bits} bits",
                    layer.counts.conversions,
                    Coefficient(
                        value=law(merit.value, layer.counts.bits), unit="fJ", source=merit.source
                    ),
                )
                for layer in self.layers
                if layer.counts.conversions
            )
            covers = f"the same with a conventional converter for each column, energy by {name}"
            bases.append(EnergyBasis(name=name, covers=covers, rows=kept + converters))
        return bases


ARRAY, DRIVERS, RAMPS, COLUMNS = "array", "row drivers", "ramp columns", "column periphery"
ELEMENTWISE, WRITES = "element-wise work", "writes"


def layer_costs(counts: LayerCounts, hardware: Hardware) -> LayerCosts:
    """Charge what a layer did.

    Parameters
    ----------
    counts : LayerCounts
    hardware : Hardware
        Whose constants are used.

    Raises
    ------
    ValidationError
        If the hardware file lacks a constant that is needed.
    """
    rows = tuple(row for row in _rows(counts, hardware) if row.count)
    crosspoints = counts.rows * counts.columns
    area = (
        hardware.cost("cost_device_area").value * crosspoints
        + hardware.cost("cost_column_area").value * counts.columns
    )
    operations = counts.synaptic_events or counts.reads * crosspoints
    figures = Figures(
        operations=OPERATIONS_PER_CROSSPOINT * operations,
        energy=sum(row.energy for row in rows),
        latency=counts.cycles * hardware.clock,
        area=area,
    )
    return LayerCosts(counts=counts, rows=rows, figures=figures)


def _rows(counts: LayerCounts, hardware: Hardware) -> list[EnergyRow]:
    def charge(name: str, count: float, coefficient: Coefficient) -> EnergyRow:
        return energy_row(f"{counts.name}: {name}", count, coefficient)

    drive = Coefficient(
        value=driver_energy(
            counts.devices_across,
            hardware.cost("cost_row_capacitance").value,
            hardware.cost("cost_driver_voltage").value,
        ),
        unit="fJ",
        source=f"C V^2 of {counts.devices_across} cells; "
        f"{hardware.cost('cost_row_capacitance').source}; "
        f"{hardware.cost('cost_driver_voltage').source}",
    )
    clocks = counts.conversions * counts.conversion_cycles
    return [
        charge(ARRAY, counts.row_cycles, _mean(counts.array_energy, counts.row_cycles, hardware)),
        charge(DRIVERS, counts.pulses, drive),
        charge(RAMPS, counts.ramps, _mean(counts.ramp_energy, counts.ramps, hardware)),
        charge(COLUMNS, clocks, hardware.cost("cost_column")),
        charge(ELEMENTWISE, counts.elementwise, hardware.cost("cost_elementwise")),
        charge(
            WRITES, counts.write_pulses, _mean(counts.write_energy, counts.write_pulses, hardware)
        ),
    ]


def _mean(energy: float, count: float, hardware: Hardware) -> Coefficient:
    """Return the mean energy of one event, of devices as they were: it is not a constant."""
    return Coefficient(
        value=energy / count if count else 0.0,
        unit="fJ",
        source=f"[derived] V^2 G T, mean over the run, of {hardware.name!r}",
    )
