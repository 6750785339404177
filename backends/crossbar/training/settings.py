"""How networks are trained: the schedule, and the hardware that they are trained for."""

from dataclasses import dataclass

from neuro.errors import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardening:
    """What a network meets in training that it will meet on the hardware.

    Parameters
    ----------
    bits : int
        Of the converters of the gates, levels in the middle of cells.
    input_bits : int
        Of the size of pulses.
    weight_noise : float, default 0.03
        Standard deviation of the noise of each weight, over the largest weight; two devices for a
        weight give ``sqrt(2) * sigma_p / (g_max - g_min)``.
    """

    bits: int
    input_bits: int
    weight_noise: float = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One round of training: Adam with one cycle of the learning rate.

    Parameters
    ----------
    epochs : int
    batch : int
        Sequences that are worked through together.
    rate : float
        Highest learning rate.
    largest : float
        Weights are clipped to this size after each step.
    gradient : float, default 1
        Largest norm of the gradient.
    input_noise : float, default 0
        Standard deviation of noise on the inputs.
    shift : int, default 0
        Most steps by which an example is moved in time, at random.

    Raises
    ------
    ValidationError
        If a count is not positive.
    """

    epochs: int
    batch: int
    rate: float
    largest: float = 1.0
    gradient: float = 1.0
    input_noise: float = 0.0
    shift: int = 0

    def __post_init__(self) -> None:
        """Check what divides or counts."""
        for name in ("epochs", "batch", "rate", "largest", "gradient"):
            value = getattr(self, name)
            if not value > 0:
                raise ValidationError(f"schedule.{name}", f"{value}", value=value, limit="Positive")
