"""What `neuro crossbar nladc` reports: tables, a JSON file and a page."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from neuro.cli.output import command_line, print_table
from neuro.target import Coefficient

if TYPE_CHECKING:
    from neuro.backends.crossbar.hardware import Hardware
    from neuro.backends.crossbar.nladc import Options, Ramp, Study
    from neuro.target import Target

RUNGS = {
    "ideal": "no error",
    "programmed": "write errors",
    "faulty": "and stuck devices",
    "operated": "and reads, comparators",
}
"""What each rung of a study is called; each has the errors of the one before too."""

KEYS = {"ideal": "ideal", "with_faults": "faulty", "in_operation": "operated"}
"""Where the JSON file holds the other rungs; write errors alone are its top level."""

COLUMNS = {
    "mean_abs_inl": ".3f",
    "max_abs_inl": ".3f",
    "mean_abs_dnl": ".3f",
    "missing_codes": ".2f",
    "mse": ".3e",
    "enob": ".2f",
}
LSB_COLUMNS = ("mean_abs_inl", "max_abs_inl", "mean_abs_dnl")
TITLES = (
    *("errors", "mean |INL| (LSB)", "max |INL| (LSB)", "mean |DNL| (LSB)"),
    *("missing codes", "MSE", "ENOB (bit)"),
)

SHOWN_ROWS = 12

SMALL = 1e-3
SMALLER = {"ms": ("ns", 1e6), "nF": ("fF", 1e6)}
"""Units in which small values are shown, and how many of them the coherent one has."""

COEFFICIENTS = (
    *("g_min", "g_max", "programming_", "read_noise_", "stuck_off", "stuck_on"),
    *("comparator_offset", "comparator_noise", "ramp_capacitance", "v_read", "clock"),
    *("temperature", "dac_bits"),
)
"""Coefficients of the hardware file that a converter uses; some by how their names begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A study with what it was asked for.

    Parameters
    ----------
    study : Study
        What was found.
    hardware : Hardware
        With the write error of `sigma`, if that is given.
    options : Options
        How columns were programmed.
    target : Target
        Where the hardware comes from.
    sigma : str or None
        Write error instead of the target's.
    seed : int
        Root of all randomness.
    """

    study: "Study"
    hardware: "Hardware"
    options: "Options"
    target: "Target"
    sigma: str | None
    seed: int

    @property
    def ramp(self) -> "Ramp":
        """What was programmed."""
        return self.study.ramp

    @property
    def draws(self) -> int:
        """How many columns were."""
        return int(self.study.programmed.thresholds.shape[0])

    def facts(self) -> list[tuple[str, str]]:
        """Say what the converter needs, for people."""
        ramp, levels, options = self.ramp, self.ramp.levels, self.options
        facts = self.measures()
        first, last = levels.thresholds[[0, -1]]
        pulses = "one pulse" if ramp.bias_pulses == 1 else f"{ramp.bias_pulses} pulses"
        procedure = [f"calibration {options.calibration}"]
        procedure += [f"row budget {options.row_budget}"] if options.row_budget else []
        procedure += ["error feedback"] if options.error_feedback else []
        procedure += [f"best of {options.copies} copies"] if options.copies > 1 else []
        procedure += [f"{options.spare_rows} spare rows"] if options.spare_rows else []
        return [
            ("function", f"{levels.function.name}, scheme {levels.scheme}"),
            ("codes", f"{levels.values.size}, one LSB is {levels.lsb:.6g}"),
            ("thresholds", f"{levels.thresholds.size} from x = {first:.5f} to {last:.5f}"),
            ("rows", f"{ramp.rows} between thresholds, {facts['devices']} devices in the column"),
            ("ramp conductances", _conductances(ramp.targets)),
            ("bias conductances", f"{_conductances(ramp.bias_targets)}, {pulses} each"),
            ("gain a", f"{ramp.gain:.6g} of x for a microsiemens and pulse"),
            ("feedback ratio beta", f"{facts['beta']:.4g} = C_mac / C_rmp"),
            ("procedure", ", ".join(procedure)),
            ("trims of the bias", f"{self.study.trims:.1f} a column"),
            ("mean |INL| by theory", f"{self.study.predicted:.4f} LSB, if write errors add up"),
            ("jitter by read noise", f"{facts['read_jitter']:.4f} LSB rms"),
        ]

    def measures(self) -> dict[str, Any]:
        """Return what the converter needs, as plain values."""
        from neuro.backends.crossbar.nladc.study import read_jitter, scales_of

        ramp = self.ramp
        return {
            "rows": ramp.rows,
            "bias_rows": int(ramp.bias_targets.size),
            "devices": ramp.devices,
            "conductances_usiemens": ramp.targets.tolist(),
            "bias_conductances_usiemens": ramp.bias_targets.tolist(),
            "bias_pulses": ramp.bias_pulses,
            "gain_per_usiemens": ramp.gain,
            "beta": ramp.feedback_ratio(*scales_of(self.hardware)),
            "read_jitter": read_jitter(ramp, self.hardware),
        }

    def figures(self) -> dict[str, Any]:
        """Return everything as plain values for a file."""
        levels, study = self.ramp.levels, self.study
        return {
            "function": levels.function.name,
            "codes": levels.values.size,
            "scheme": levels.scheme,
            "target": self.target.name,
            "sigma": self.sigma,
            "seed": self.seed,
            "covers": "write errors and calibration; with_faults adds stuck devices, in_operation "
            "adds read noise, offset and noise of the comparators",
            "units": "INL, DNL, jitter: output LSB; mse, mae: output of the function; "
            "thresholds, gain: x",
            **study.programmed.as_dict(),
            "predicted_mean_abs_inl": study.predicted,
            "trims": study.trims,
            **{key: getattr(study, name).as_dict() for key, name in KEYS.items()},
            "lsb": levels.lsb,
            "thresholds": levels.thresholds.tolist(),
            "levels": levels.values.tolist(),
            **self.measures(),
            "options": asdict(self.options),
        }

    def sources(self) -> list[tuple[str, str, str]]:
        """Return name, value and source of the coefficients that took part."""
        rows = []
        for name, item in self.target.coefficients.items():
            if not any(
                name == key or (key[-1] == "_" and name.startswith(key)) for key in COEFFICIENTS
            ):
                continue
            if self.sigma is not None and name.startswith("programming_"):
                continue
            rows.append((name, _quantity(item), item.source))
        if self.sigma is not None:
            rows.append(("write error", self.sigma, "--sigma"))
        if self.options.error_feedback:
            rows.append(("verifying read", f"{self.options.verify_noise:g} uS", "--verify-noise"))
        return rows

    def page(self) -> str:
        """Return the page."""
        from neuro.report.nladc import Page, nladc_page

        return nladc_page(
            Page(
                study=self.study,
                names=RUNGS,
                facts=self.facts(),
                sources=self.sources(),
                clock=self.hardware.clock,
                command=command_line(),
                seed=self.seed,
            )
        )


def print_outcome(outcome: Outcome) -> None:
    """Print the figures of each rung, what the converter needs, and the coefficients."""
    rows = []
    for rung in outcome.study.rungs:
        cells = [format(rung.figures[key].mean, form) for key, form in COLUMNS.items()]
        if rung is not outcome.study.ideal:
            for place, key in enumerate(LSB_COLUMNS):
                cells[place] += f" ± {rung.figures[key].deviation:.3f}"
        rows.append((RUNGS[rung.name], *cells))
    function = outcome.ramp.levels.function
    low, high = function.inputs
    print_table(
        f"{function.name} on {outcome.target.name!r}: {outcome.draws} columns, "
        f"inputs uniform from {low:g} to {high:g}",
        TITLES,
        rows,
    )
    print_table("The converter", ("", ""), outcome.facts())
    print_table("Coefficients", ("name", "value", "source"), outcome.sources())


def _quantity(coefficient: Coefficient) -> str:
    """Write a coefficient in its coherent unit, or in a smaller one that suits it."""
    value, unit = coefficient.value, coefficient.unit
    smaller, factor = SMALLER.get(unit, (unit, 1.0))
    if 0 < abs(value) < SMALL:
        value, unit = value * factor, smaller
    return f"{value:.6g} {unit}".rstrip()


def _conductances(values: Any) -> str:
    """Write a list of conductances; a long one by its ends."""
    total = f"sum {values.sum():.1f} uS"
    if values.min() == values.max():
        return f"{values.size} of {values[0]:.2f} uS, {total}"
    shown = values if values.size <= SHOWN_ROWS else values[: SHOWN_ROWS // 2]
    more = "" if shown.size == values.size else ", ..."
    listed = ", ".join(f"{value:.1f}" for value in shown)
    return f"{values.size} of {values.min():.2f} to {values.max():.2f} uS, {total}: {listed}{more}"
