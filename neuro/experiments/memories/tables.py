"""Tables of a comparison, the same in a terminal and on a page: heads and rows of text."""

from math import floor, log10

from neuro.energy import format_scaled
from neuro.experiments.memories.compare import Comparison, Outcome

Table = tuple[tuple[str, ...], list[tuple[str, ...]]]


def overview(found: Comparison) -> Table:
    """Return what each memory stores, and what a recall costs there."""
    share = f"{100 * (1 - found.settings.error):g} %"
    heads = (
        "memory",
        "weight",
        "weights",
        f"stored at {share}",
        "exact there",
        "bits an item",
        "bits a weight",
        "processor",
        "SpiNNaker",
        "crossbar",
    )
    return heads, [_row(item) for item in found.outcomes]


def breakdown(found: Comparison) -> Table:
    """Return what the energies are made of, with the source of each coefficient."""
    heads = ("memory", "machine", "part", "count", "each", "energy", "source")
    rows: list[tuple[str, ...]] = [
        (
            item.name,
            machine,
            row.name,
            f"{row.count:.4g} {row.count_unit}".rstrip(),
            format_scaled(row.coefficient, row.unit),
            format_scaled(row.energy, "fJ"),
            row.source,
        )
        for item in found.outcomes
        for machine, basis in zip(
            found.targets, (item.processor, item.spinnaker, item.crossbar), strict=True
        )
        if basis is not None
        for row in basis.rows
    ]
    return heads, rows


def covers(found: Comparison) -> list[str]:
    """Return what energies charge, a sentence for each machine."""
    item = next((k for k in found.outcomes if k.spinnaker is not None), found.outcomes[0])
    bases = (item.processor, item.spinnaker, item.crossbar)
    return [
        f"{name}: {basis.covers}."
        for name, basis in zip(found.targets, bases, strict=True)
        if basis is not None
    ]


def noise_table(found: Comparison) -> Table:
    """Return errors over read noise."""
    noise = found.noise
    rows: list[tuple[str, ...]] = [
        ("one winner", f"{sigma:g}", f"{error:.4f}")
        for sigma, error in zip(noise.sigmas, noise.errors, strict=True)
    ]
    rows.append(("all maxima", "0", f"{noise.all_maxima:.4f}"))
    return ("decoder", "read noise (links)", "wrong"), rows


def device_table(found: Comparison) -> Table:
    """Return errors over the spread of devices."""
    curve = found.devices
    rows: list[tuple[str, ...]] = [
        ("spread alone", f"{spread:g}", f"{error:.4f}")
        for spread, error in zip(curve.spreads, curve.errors, strict=True)
    ]
    rows.append((curve.target, "as published", f"{curve.published:.4f}"))
    return ("devices", "spread", "wrong"), rows


def _row(item: Outcome) -> tuple[str, ...]:
    stored = "0" if not item.stored else f"{_rounded(item.stored):,}"
    return (
        item.name,
        item.weights,
        f"{item.synapses:,}",
        f"{stored}, full" if item.full else stored,
        f"{item.trial.exact:.3f}",
        f"{item.item_bits:.0f}",
        f"{item.bits_per_synapse:.3f}",
        format_scaled(item.processor.energy, "fJ"),
        "-" if item.spinnaker is None else format_scaled(item.spinnaker.energy, "fJ"),
        format_scaled(item.crossbar.energy, "fJ"),
    )


def _rounded(value: float) -> int:
    """Round to two digits: what an interpolated number of items deserves.

    Examples
    --------
    >>> _rounded(3456.7), _rounded(21.4)
    (3500, 21)
    """
    unit = int(10 ** max(0, floor(log10(value)) - 1))
    return round(value / unit) * unit
