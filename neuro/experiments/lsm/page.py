"""The page of a run: accuracy, confusion, one sample's raster, devices, noise and energy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from neuro.energy import EnergyReport, format_scaled
from neuro.experiments.lsm.association import AssociationOutcome
from neuro.experiments.lsm.classification import ClassificationOutcome
from neuro.experiments.lsm.data import TaskData
from neuro.models.lsm import RESERVOIR, lsm, lsm_arrays
from neuro.plotting import raster, to_svg
from neuro.report import Origin, render
from neuro.run import compile_network
from neuro.tasks.reservoir import Reservoir, spike_lists


def classification_page(
    outcome: ClassificationOutcome, data: TaskData, origin: Origin, seconds: float
) -> str:
    """Fill the page of a classification.

    Parameters
    ----------
    outcome : ClassificationOutcome
        What came out.
    data : TaskData
        The task, for one sample's raster.
    origin : Origin
        Seed and command.
    seconds : float
        Wall time.
    """
    figures = {
        "Confusion, test samples of all reservoirs": _figure(_confusion(outcome)),
        "Spikes of one test sample": _raster(outcome.fitted, data),
        "Conductances of the first reservoir's devices": _figure(_devices(outcome.fitted)),
    }
    if outcome.noise:
        figures["Accuracy against read noise, in the test alone"] = _figure(_noise(outcome))
    rows = [(f"reservoir {k}", f"{value:.1f}") for k, value in enumerate(outcome.accuracies)]
    rows += [(f"no reservoir: {name}", f"{value:.1f}") for name, value in outcome.baselines.items()]
    if outcome.aged is not None:
        changed = f"after {100 * outcome.aged.relaxation:g} % change"
        rows += [
            (f"{changed}: {name}", f"{mean:.1f} (sd {sd:.1f})")
            for name, (mean, sd) in outcome.aged.means().items()
        ]
    return render(
        "lsm.html",
        _origin(origin, seconds),
        title=f"Liquid state machine: {outcome.task}",
        summary=[
            f"{outcome.accuracy:.1f} % \N{PLUS-MINUS SIGN} {outcome.accuracy_sd:.1f} over "
            f"{len(outcome.accuracies)} reservoir{'s' if outcome.accuracies[1:] else ''}.",
            outcome.verdict,
            f"Each neuron fires {outcome.rate:.3f} times a step.",
        ],
        columns=("", "accuracy (%)"),
        rows=rows,
        figures=figures,
        energy=_energy(outcome.energy),
        remarks=outcome.energy.remarks,
    )


def association_page(outcome: AssociationOutcome, origin: Origin, seconds: float) -> str:
    """Fill the page of an association.

    Parameters
    ----------
    outcome : AssociationOutcome
        What came out.
    origin : Origin
        Seed and command.
    seconds : float
        Wall time.
    """
    parts = {"A1, all ten digits": outcome.all_classes, "A1, digits 1 to 7": outcome.seen}
    rows = [
        (f"{name}, reservoir {k}", f"{there:.1f}", f"{back:.1f}")
        for name, values in parts.items()
        for k, (there, back) in enumerate(values)
    ]
    there, back = outcome.baseline
    rows.append(("A1, all ten digits, no reservoir", f"{there:.1f}", f"{back:.1f}"))
    summary = [
        f"Training cost, {name}: {r:.1f} times" for name, r in outcome.training_ratios.items()
    ]
    figures = {}
    if outcome.left_out:
        zero = outcome.zero_shot()
        low, high = zero["interval"]
        summary.insert(
            0,
            f"Zero shot over all pairs of unseen digits: {zero['mean']:.1f} %, interval {low:.1f} "
            f"to {high:.1f}; chance is 50. {'' if zero['above_chance'] else 'Not above chance.'}",
        )
        summary += [f"Few shot, {k} samples: {v:.1f} %" for k, v in outcome.few_shot().items()]
        figures["Zero-shot accuracy of every pair"] = _figure(_pairs(outcome))
    return render(
        "lsm.html",
        _origin(origin, seconds),
        title="Liquid state machines: spoken digits and pictures of digits",
        summary=summary,
        columns=("", "audio searches image (%)", "image searches audio (%)"),
        rows=rows,
        figures=figures,
        energy=_energy(outcome.energy),
        remarks=outcome.energy.remarks,
    )


def _origin(origin: Origin, seconds: float) -> Origin:
    return replace(origin, facts={**origin.facts, "took": f"{seconds:.1f} s"})


def _energy(report: EnergyReport) -> list[dict[str, Any]]:
    return [
        {
            "name": basis.name,
            "covers": basis.covers,
            "total": format_scaled(basis.energy, "fJ"),
            "ratio": f"{basis.energy / report.bases[0].energy:.2f}",
            "rows": [
                (row.name, f"{row.count:.6g}", format_scaled(row.energy, "fJ"), row.source)
                for row in basis.rows
            ],
        }
        for basis in report.bases
    ]


def _figure(draw: Callable[[Any], None]) -> str:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), layout="constrained")
    draw(figure.subplots())
    return to_svg(figure)


def _confusion(outcome: ClassificationOutcome) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        table = outcome.confusion
        axes.imshow(table / np.maximum(table.sum(axis=1, keepdims=True), 1), cmap="Greys")
        places = range(len(outcome.classes))
        axes.set_xticks(places, outcome.classes, rotation=45)
        axes.set_yticks(places, outcome.classes)
        for row, column in zip(*np.nonzero(table), strict=True):
            share = table[row, column] / table[row].sum()
            colour = "white" if share > 0.5 else "black"  # noqa: PLR2004
            text = str(table[row, column])
            axes.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
        axes.set_xlabel("answer")
        axes.set_ylabel("class")

    return draw


def _raster(model: Reservoir, data: TaskData) -> str:
    frame = data.test.frames[0]
    network = lsm(
        model.parameters_, seed=model.seed, arrays=lsm_arrays(model.parameters_, model.pairs_)
    )
    with compile_network(network) as program:
        program.run(float(len(frame)), inputs=spike_lists(frame))
        result = program.result()
    return to_svg(raster(result, start=0.0, stop=float(len(frame)), populations=[RESERVOIR]))


def _devices(model: Reservoir) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        for name, pairs in zip(("input", "recurrent"), model.pairs_, strict=True):
            values = np.concatenate([pairs.plus.ravel(), pairs.minus.ravel()])
            axes.hist(values, bins=80, histtype="step", density=True, label=f"{name} devices")
        axes.set_xlabel("conductance (uS)")
        axes.set_ylabel("density (1/uS)")
        axes.legend()

    return draw


def _noise(outcome: ClassificationOutcome) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        noises, values = zip(*outcome.noise, strict=True)
        axes.plot([100 * noise for noise in noises], values, "o-")
        axes.axhline(max(outcome.baselines.values()), color="0.6", label="best without reservoir")
        axes.set_xlabel("read noise of a device (%)")
        axes.set_ylabel("accuracy of the first reservoir (%)")
        axes.legend()

    return draw


def _pairs(outcome: AssociationOutcome) -> Callable[[Any], None]:
    def draw(axes: Any) -> None:
        axes.hist([item.zero_shot[0] for item in outcome.left_out], bins=np.arange(0, 105, 5))
        axes.axvline(50.0, color="C3", label="chance")
        axes.set_xlabel("audio searches image (%)")
        axes.set_ylabel("pairs and reservoirs")
        axes.legend()

    return draw
