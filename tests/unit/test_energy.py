import json

import pytest

from neuro.energy import EnergyBasis, EnergyReport, energy_row, format_scaled
from neuro.errors import UnsupportedError, ValidationError
from neuro.ir import CurrentExponentialLIF, Network, Population
from neuro.run import energy, simulate
from neuro.target import Coefficient

WATT = Coefficient(value=1e12, unit="pW", source="a meter")
EVENT = Coefficient(value=2.5, unit="fJ", source="a paper")


def report(events: int) -> EnergyReport:
    basis = EnergyBasis(
        name="all",
        covers="everything",
        rows=(energy_row("board", 10.0, WATT), energy_row("event", 4, EVENT)),
    )
    return EnergyReport(target="t", duration=10.0, bases=(basis,), events={"spike": events})


def test_power_is_charged_for_milliseconds() -> None:
    row = energy_row("board", 10.0, WATT)
    assert (row.energy, row.count_unit, row.source) == (1e13, "ms", "a meter")  # 10 mJ


def test_energy_is_charged_for_events() -> None:
    row = energy_row("event", 4, EVENT)
    assert (row.energy, row.count_unit) == (10.0, "")


def test_coefficient_that_is_no_energy_is_refused() -> None:
    with pytest.raises(ValidationError, match="the coefficient is in ms"):
        energy_row("event", 4, Coefficient(value=1.0, unit="ms", source="a paper"))


def test_basis_is_the_sum_of_its_rows() -> None:
    assert report(1).bases[0].energy == 1e13 + 10.0


def test_energy_for_an_event_that_never_happened_is_unknown() -> None:
    made = report(0)
    assert made.per_event(made.bases[0]) == {"spike": None}
    assert report(4).per_event(made.bases[0]) == {"spike": (1e13 + 10.0) / 4}


def test_report_goes_to_a_file_as_plain_values() -> None:
    document = json.loads(json.dumps(report(2).as_dict()))
    (basis,) = document["bases"]
    assert document["events"] == {"spike": 2}
    assert basis["energy"] == 1e13 + 10.0
    assert basis["per_event"] == {"spike": (1e13 + 10.0) / 2}
    assert basis["rows"][0] == {
        "name": "board",
        "count": 10.0,
        "count_unit": "ms",
        "coefficient": 1e12,
        "unit": "pW",
        "energy": 1e13,
        "source": "a meter",
    }


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "fJ", "0 fJ"),
        (0.25, "fJ", "0.25 fJ"),
        (999.0, "fJ", "999 fJ"),
        (1e3, "fJ", "1 pJ"),
        (1.8e6, "fJ", "1.8 nJ"),
        (2.684e15, "fJ", "2.684 J"),
        (5e18, "fJ", "5000 J"),
        (3.4e10, "pW", "34 mW"),
        (1.17e14, "pW", "117 W"),
    ],
)
def test_energies_are_written_with_the_prefix_that_suits(
    value: float, unit: str, text: str
) -> None:
    assert format_scaled(value, unit) == text


def one() -> Network:
    return Network(
        name="one",
        dt="1 ms",
        semantics="tick",
        populations=[Population("a", 1, CurrentExponentialLIF(i_offset="1 nA"))],
    )


def test_energy_needs_a_model_of_the_hardware() -> None:
    with pytest.raises(UnsupportedError, match="has no energy model") as caught:
        energy(simulate(one(), "50 ms"), target="cpu")
    assert caught.value.where == "target 'cpu'"


def test_energy_follows_from_a_result_alone() -> None:
    result = simulate(one(), "50 ms", backend="spinnaker")
    account = energy(result, target="spinnaker_spin5")
    assert (account.target, account.duration) == ("spinnaker_spin5", 50.0)
    assert account.events["spike"] == sum(result.counters.spikes.values()) > 0
