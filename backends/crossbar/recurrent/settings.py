"""How a recurrent layer runs on an array: resolutions, and what is analog."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

from neuro.backends.crossbar.nladc import Options as RampOptions
from neuro.backends.crossbar.nladc.levels import SCHEMES, checked_bits
from neuro.backends.crossbar.options import Options
from neuro.errors import NeuroError, ValidationError, raise_all, suggestion

TanhOfCell = Literal["nladc", "lut", "exact"]
TANH_OF_CELL: tuple[str, ...] = get_args(TanhOfCell)

INPUT_BITS_MOST = 12
"""Longest input pulse 4095 cycles, more than anything published uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Choices of a recurrent layer.

    Parameters
    ----------
    bits : int, default 5
        Of the converters of the gates.
    input_bits : int, default 5
        Of the size of inputs and of fed-back outputs; the longest pulse is ``2 ** input_bits - 1``
        cycles, the sign is the polarity.
    scheme : {"cell", "floor", "mid"}
        Where the levels of the converters lie.
    tanh_c : {"nladc", "lut", "exact"}
        Whether the tanh of the cell state is that of the ramp, after the state was coded as a
        pulse; a digital table of the same levels; or exact.
    c_bits : int, default 16
        Of the cell state, which is digital.
    c_range : float, default 8
        Largest cell state.
    lanes : int, default 1
        Units whose element-wise work is done at once.
    noise : bool, default True
        Whether reads and conversions have noise of their own.
    ramp : nladc.Options
        How the ramps are programmed.
    array : crossbar.Options
        How the weights are mapped and which imperfections act; an array is one tile of the size
        that the weights need.

    Raises
    ------
    ValidationError, CheckError
        If a choice is out of range.
    """

    bits: int = 5
    input_bits: int = 5
    scheme: str = "cell"
    tanh_c: TanhOfCell = "nladc"
    c_bits: int = 16
    c_range: float = 8.0
    lanes: int = 1
    noise: bool = True
    ramp: RampOptions = field(default_factory=RampOptions)
    array: Options = field(default_factory=Options)

    def __post_init__(self) -> None:
        """Check every choice."""
        checked_bits(self.bits)
        raise_all("settings", list(self._issues()))

    def _issues(self) -> Iterator[NeuroError]:
        for name, known in (("tanh_c", TANH_OF_CELL), ("scheme", SCHEMES)):
            value = getattr(self, name)
            if value not in known:
                yield ValidationError(
                    f"settings.{name}", repr(value), value=value, limit=suggestion(value, known)
                )
        for name, most in (("input_bits", INPUT_BITS_MOST), ("c_bits", 32), ("lanes", 2**20)):
            value = getattr(self, name)
            if not 1 <= value <= most:
                yield ValidationError(
                    f"settings.{name}", f"{value}", value=value, limit=f"From 1 to {most}"
                )
        if not self.c_range > 0:
            yield ValidationError(
                "settings.c_range", f"{self.c_range:g}", value=self.c_range, limit="Positive"
            )
