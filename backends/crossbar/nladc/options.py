"""How a nonlinear converter is built: what is chosen, apart from the device.

Specs, crossbar_nladc sections 2.3 and 2.7 to 2.9.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from neuro.errors import NeuroError, ValidationError, raise_all, suggestion

Calibration = Literal["none", "zero", "lsq"]
CALIBRATIONS: tuple[str, ...] = get_args(Calibration)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Choices of a converter.

    Parameters
    ----------
    row_budget : int, optional
        Most rows between the first and the last threshold; default one for each step.
    bias_rows : int, optional
        Devices that set the start of the ramp; default as many as need one pulse each.
    calibration : {"none", "zero", "lsq"}
        How the bias is trimmed.
    tolerance : float, default 0.005
        Deviation after calibration that is accepted, in mean distances of two thresholds. The
        0.05 of the specs would be the largest error of a ramp with feedback.
    iterations : int, default 200
        Most attempts to get there.
    copies : int, default 1
        Ramp columns to program; the one with the smallest mean absolute INL is used.
    spare_rows : int, default 0
        Rows that replace stuck ones.
    error_feedback : bool, default False
        Whether the error of the steps written so far is folded into the next target.
    verify_noise : float, default 0.5 uS
        Standard deviation with which a device is read for that.

    Raises
    ------
    ValidationError, CheckError
        If a value is out of range.
    """

    row_budget: int | None = None
    bias_rows: int | None = None
    calibration: str = "zero"
    tolerance: float = 0.005
    iterations: int = 200
    copies: int = 1
    spare_rows: int = 0
    error_feedback: bool = False
    verify_noise: float = 0.5

    def __post_init__(self) -> None:
        """Check every value."""
        raise_all("converter", list(self._issues()))

    def _issues(self) -> Iterator[NeuroError]:
        if self.calibration not in CALIBRATIONS:
            limit = suggestion(self.calibration, CALIBRATIONS)
            yield ValidationError(
                f"calibration {self.calibration!r}",
                "no such calibration",
                value=self.calibration,
                limit=limit,
            )
        for name, least in {"iterations": 0, "copies": 1, "spare_rows": 0}.items():
            value = getattr(self, name)
            if value < least:
                yield ValidationError(
                    name.replace("_", " "), f"{value}", value=value, limit=f"At least {least}"
                )
        if not self.tolerance > 0:
            yield ValidationError("tolerance", f"{self.tolerance:g}", limit="Positive")
        if not self.verify_noise >= 0:
            yield ValidationError("verify noise", f"{self.verify_noise:g} uS", limit="Not negative")
