import copy

import pytest

from neuro.errors import (
    CapacityError,
    CheckError,
    NeuroError,
    NeuroWarning,
    ResultError,
    SemanticsWarning,
    SimulationError,
    UnavailableError,
    UnitError,
    UnsupportedError,
    ValidationError,
    raise_all,
    suggestion,
)

BUILT_IN = {
    ValidationError: ValueError,
    UnitError: ValueError,
    UnsupportedError: ValueError,
    CapacityError: ValueError,
    ResultError: ValueError,
    UnavailableError: RuntimeError,
    SimulationError: RuntimeError,
}


@pytest.mark.parametrize("kind", BUILT_IN)
def test_error_carries_where_value_limit_and_hint(kind: type[NeuroError]) -> None:
    error = kind("projection 'a->b'.delay", "48 ms", value=48.0, limit="At most 32", hint="Cut it")
    assert error.where == "projection 'a->b'.delay"
    assert error.problem == "48 ms"
    assert error.value == 48.0
    assert error.limit == "At most 32"
    assert error.hint == "Cut it"


@pytest.mark.parametrize(("kind", "built_in"), BUILT_IN.items())
def test_error_is_also_a_built_in_one(kind: type[NeuroError], built_in: type[Exception]) -> None:
    assert issubclass(kind, NeuroError)
    assert issubclass(kind, built_in)


def test_unit_error_is_a_validation_error() -> None:
    assert issubclass(UnitError, ValidationError)


def test_error_text_reads_where_what_limit_hint() -> None:
    error = NeuroError("a.delay", "48 ms needs 48 slots", limit="There are 32", hint="Raise dt")
    assert str(error) == "a.delay: 48 ms needs 48 slots. There are 32. Raise dt."


def test_error_text_without_limit_and_hint_is_one_sentence() -> None:
    assert str(NeuroError("a", "wrong")) == "a: wrong."


def test_error_text_does_not_double_full_stops() -> None:
    assert str(NeuroError("a", "wrong.", hint="Is it b?")) == "a: wrong. Is it b?"


def test_error_data_is_none_where_nothing_was_said() -> None:
    error = NeuroError("a", "wrong")
    assert (error.value, error.limit, error.hint) == (None, None, None)


def test_check_error_keeps_all_issues_in_order() -> None:
    issues = [ValidationError(f"p{k}", "wrong") for k in range(50)]
    assert CheckError("network 'n'", issues).issues == tuple(issues)


def test_check_error_text_lists_each_issue_on_a_line() -> None:
    error = CheckError("network 'n'", [ValidationError("a", "bad"), UnitError("b", "worse")])
    assert str(error) == "network 'n': 2 problems.\n  a: bad.\n  b: worse."


def test_check_error_text_shows_twenty_issues_and_counts_the_rest() -> None:
    lines = str(CheckError("n", [ValidationError(f"p{k}", "bad") for k in range(23)])).splitlines()
    assert lines[0] == "n: 23 problems."
    assert lines[20] == "  p19: bad."
    assert lines[21:] == ["  and 3 more."]


def test_check_error_is_a_value_error_with_a_place() -> None:
    error = CheckError("network 'n'", [])
    assert isinstance(error, ValueError)
    assert error.where == "network 'n'"


def test_raise_all_of_nothing_raises_nothing() -> None:
    raise_all("n", [])


def test_raise_all_of_one_issue_raises_that_issue() -> None:
    issue = UnitError("a", "bad")
    with pytest.raises(UnitError) as caught:
        raise_all("n", [issue])
    assert caught.value is issue


def test_raise_all_of_several_issues_raises_a_check_error() -> None:
    issues = [UnitError("a", "bad"), ValidationError("b", "bad")]
    with pytest.raises(CheckError) as caught:
        raise_all("n", issues)
    assert caught.value.issues == tuple(issues)


def test_suggestion_names_the_closest_and_lists_all_sorted() -> None:
    assert suggestion("tau_mem", ["tau_m", "cm"]) == "Did you mean 'tau_m'? Known: cm, tau_m."


def test_suggestion_without_a_close_name_only_lists() -> None:
    assert suggestion("zzz", ["tau_m", "cm"]) == "Known: cm, tau_m."


def test_suggestion_says_that_nothing_is_known() -> None:
    assert suggestion("a", []) == "Known: none."


def test_semantics_warning_is_a_user_warning_of_neuro() -> None:
    assert issubclass(SemanticsWarning, NeuroWarning)
    assert issubclass(NeuroWarning, UserWarning)


@pytest.mark.parametrize(
    "error",
    [
        ValidationError("a.b", "3 ms", value=3, limit="Below 2", hint="Use 1"),
        CheckError("a", [ValidationError("a.b", "x"), UnitError("a.c", "y", value="z")]),
    ],
)
def test_error_survives_the_way_back_from_a_worker(error: NeuroError) -> None:
    copied = copy.deepcopy(error)
    assert type(copied) is type(error)
    assert str(copied) == str(error)
    assert (copied.where, copied.value, copied.hint) == (error.where, error.value, error.hint)
