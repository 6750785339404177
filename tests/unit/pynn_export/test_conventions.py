import pytest

from neuro.errors import ValidationError
from neuro.pynn_export import CONVENTIONS, conventions_of


# Specs, spinnaker sections 2 and 12.
@pytest.mark.parametrize(
    ("simulator", "negative", "per_w_max", "fraction", "semantics"),
    [
        ("spiNNaker", False, False, 1.0, "tick"),
        ("nest", True, True, 1.0, "exact"),
        ("brian2", True, True, 0.0, "exact"),
    ],
)
def test_table_holds_the_measured_conventions(
    simulator: str, negative: bool, per_w_max: bool, fraction: float, semantics: str
) -> None:
    row = conventions_of(simulator)
    assert row.negative_inhibition is negative
    assert row.amplitude_per_w_max is per_w_max
    assert row.dendritic_delay_fraction == fraction
    assert row.semantics == semantics


def test_nest_labels_a_spike_one_step_after_the_machine() -> None:
    assert conventions_of("nest").label_offset - conventions_of("spiNNaker").label_offset == 1


def test_one_to_one_of_single_neurons_works_on_spinnaker_only() -> None:
    assert [name for name, row in CONVENTIONS.items() if row.single_one_to_one] == ["spiNNaker"]


def test_unknown_simulator_is_refused_with_the_near_name() -> None:
    with pytest.raises(ValidationError) as caught:
        conventions_of("nset")
    assert caught.value.value == "nset"
    assert "'nest'" in str(caught.value)
