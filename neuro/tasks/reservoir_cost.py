r"""What reservoirs and heads cost: operations, training by two rules, and energy of an inference.

.. math::
    E = N_{read} V^2 G\, t + N_{row} E_{driver} + N_{conv} E_{adc} + N_{upd} E_{neuron}
        + N_{spk} E_{spike} + N_{head} E_{mac}

Source: specs, resistive_lsm section 6; every coefficient can be changed and none is a measurement
of this chip.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from neuro.energy import EnergyBasis, EnergyReport, EnergyRow, energy_row
from neuro.target import Coefficient

OPERATIONS_PER_MAC = 2
CONVERSIONS = 2
"""Columns of a neuron: one for each sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSize:
    """One reservoir on one sample.

    Parameters
    ----------
    steps, lines, neurons : int
        Its size.
    input_spikes, spikes : float
        Mean number in a sample, of the input and of the reservoir.
    """

    steps: int
    lines: int
    neurons: int
    input_spikes: float = 0.0
    spikes: float = 0.0

    @property
    def weights(self) -> int:
        """Number of weights."""
        return (self.lines + self.neurons) * self.neurons

    @property
    def dense_macs(self) -> int:
        """Multiply-accumulates of a dense run."""
        return self.steps * self.weights

    @property
    def additions(self) -> float:
        """Synaptic additions of an event-driven run."""
        return (self.input_spikes + self.spikes) * self.neurons


def head_macs(encoders: Sequence[EncoderSize], outputs: int) -> int:
    """Return the multiply-accumulates of one linear layer behind each encoder."""
    return sum(item.neurons * outputs for item in encoders)


def training_ratio_published(encoders: Sequence[EncoderSize], outputs: int) -> float:
    """Rule R1, which reproduces the published ratios.

    The baseline is charged with the forward pass, twice its weights and three times the heads; the
    reservoir with three times the heads alone.

    Examples
    --------
    >>> pair = [EncoderSize(steps=50, lines=256, neurons=200),
    ...         EncoderSize(steps=129, lines=64, neurons=200)]
    >>> round(training_ratio_published(pair, 64), 2)
    152.81
    """
    heads = 3 * head_macs(encoders, outputs)
    forward = sum(item.dense_macs for item in encoders)
    return (forward + 2 * sum(item.weights for item in encoders) + heads) / heads


def training_ratio_full(encoders: Sequence[EncoderSize], outputs: int, epochs: int) -> float:
    """Rule R2: the reservoir runs once for each sample, the baseline back through time each epoch.

    Examples
    --------
    >>> pair = [EncoderSize(steps=50, lines=256, neurons=200),
    ...         EncoderSize(steps=129, lines=64, neurons=200)]
    >>> round(training_ratio_full(pair, 64, 100), 1)
    179.5
    """
    heads = head_macs(encoders, outputs)
    forward = sum(item.dense_macs for item in encoders)
    return 3 * epochs * (forward + heads) / (forward + 3 * epochs * heads)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservoirCoefficients:
    """Energies of single events.

    Parameters
    ----------
    read : float, fJ
        One device in one read: 0.2 V, 27 uS, 10 ns.
    driver : float, fJ
        One activation of a row.
    adc_8_bits : float, fJ
        One conversion with 8 bits; halves with each bit removed.
    neuron : float, fJ
        Leak, comparison and counter of one neuron in one step.
    spike : float, fJ
        Routing of one spike.
    mac : float, fJ
        One digital multiply-accumulate of the heads.
    reference : float, fJ
        One operation of the digital reference, of which a multiply-accumulate has two.
    """

    read: float = 10.8
    driver: float = 100.0
    adc_8_bits: float = 5000.0
    neuron: float = 3000.0
    spike: float = 1000.0
    mac: float = 960.0
    reference: float = 480.7


def inference_energy(
    encoders: Sequence[EncoderSize],
    outputs: int,
    *,
    adc_bits: int = 8,
    coefficients: ReservoirCoefficients | None = None,
) -> EnergyReport:
    """Account for one inference through all encoders and their heads, in four ways.

    Parameters
    ----------
    encoders : sequence of EncoderSize
        With the activity that was measured.
    outputs : int
        Outputs of the head behind each.
    adc_bits : int
        Resolution of the converters.
    coefficients : ReservoirCoefficients, optional
        Energies of single events.

    Returns
    -------
    EnergyReport
        Bases: the array with the rows that have spikes, the array with every row driven, and the
        digital reference dense and event-driven.
    """
    c = coefficients or ReservoirCoefficients()
    macs = head_macs(encoders, outputs)
    spikes = sum(item.input_spikes + item.spikes for item in encoders)
    additions = sum(item.additions for item in encoders)
    rows = sum(item.steps * (item.lines + item.neurons) for item in encoders)
    dense = sum(item.dense_macs for item in encoders)
    bases = (
        EnergyBasis(
            name="array, event-driven",
            covers="devices and drivers of rows with a spike, every column converted in every step",
            rows=_array_rows(encoders, additions, spikes, macs, adc_bits, c),
        ),
        EnergyBasis(
            name="array, dense",
            covers="the same with every row driven in every step",
            rows=_array_rows(encoders, float(dense), float(rows), macs, adc_bits, c),
        ),
        _reference("digital, dense", float(dense), macs, c),
        _reference("digital, event-driven", additions, macs, c),
    )
    return EnergyReport(
        target="resistive reservoir",
        # A step of the network is 1 ms; several encoders run side by side.
        duration=float(max(encoder.steps for encoder in encoders)),
        bases=bases,
        events={"inference": 1, "neuron-step": sum(e.steps * e.neurons for e in encoders)},
        remarks=(
            "The coefficients of the array are inferred, not measured; together they give the "
            "13.6 pJ for a neuron and step that explain the published ratios.",
            "The digital reference is an accelerator at its peak rate: 300 W at 624 TOPS.",
        ),
    )


def _array_rows(
    encoders: Sequence[EncoderSize],
    pair_reads: float,
    row_reads: float,
    macs: int,
    adc_bits: int,
    c: ReservoirCoefficients,
) -> tuple[EnergyRow, ...]:
    updates = float(sum(item.steps * item.neurons for item in encoders))
    inferred = "inferred, specs, resistive_lsm section 6.3"
    counts = (
        ("device reads", 2 * pair_reads, c.read, "(0.2 V)^2 x 27 uS x 10 ns"),
        ("row activations", row_reads, c.driver, inferred),
        ("conversions", CONVERSIONS * updates, c.adc_8_bits * 2.0 ** (adc_bits - 8), inferred),
        ("neuron updates", updates, c.neuron, inferred),
        ("spikes", sum(item.spikes for item in encoders), c.spike, inferred),
        ("heads", float(macs), c.mac, "two operations of 0.48 pJ"),
    )
    return tuple(
        energy_row(name, count, Coefficient(value=value, unit="fJ", source=source))
        for name, count, value, source in counts
    )


def _reference(name: str, macs: float, heads: int, c: ReservoirCoefficients) -> EnergyBasis:
    each = Coefficient(
        value=c.reference, unit="fJ", source="0.4807 pJ an operation: 300 W at 624 TOPS"
    )
    return EnergyBasis(
        name=name,
        covers="two operations for each multiply-accumulate, memory left out",
        rows=(
            energy_row("encoders", OPERATIONS_PER_MAC * macs, each),
            energy_row("heads", float(OPERATIONS_PER_MAC * heads), each),
        ),
    )
