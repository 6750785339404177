from dataclasses import replace

import pytest

from neuro.backends.spinnaker.options import Options, target_options
from neuro.errors import CheckError, ValidationError
from neuro.hardware_configs import load_target


def test_options_of_the_hardware_file_are_the_defaults() -> None:
    assert target_options(load_target("spinnaker_spin5")) == Options()


def test_every_option_out_of_range_is_named_with_its_range() -> None:
    with pytest.raises(CheckError) as caught:
        Options(neurons_per_core=257, drop_probability=1.5, time_scale_factor=0.5)
    assert [issue.where for issue in caught.value.issues] == [
        "options.neurons_per_core",
        "options.drop_probability",
        "options.time_scale_factor",
    ]
    assert caught.value.issues[0].limit == "From 1 to 256"


def test_unknown_mode_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="Did you mean 'loaded'"):
        Options(mode="load")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "value"),
    [("neurons_per_core", "many"), ("neurons_per_core", 2.5), ("strict", 1), ("limits", "no")],
)
def test_option_of_the_wrong_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Options(**{name: value})  # type: ignore[arg-type]
    assert caught.value.where == f"options.{name}"


def test_whole_number_is_fine_for_a_real_option() -> None:
    assert Options(drop_probability=1, time_scale_factor=2).drop_probability == 1


def test_unknown_option_of_a_target_is_refused_with_the_known_ones() -> None:
    target = load_target("spinnaker_spin5")
    target = replace(target, options={**target.options, "neuron_per_core": 4})
    with pytest.raises(ValidationError, match="Did you mean 'neurons_per_core'"):
        target_options(target)
