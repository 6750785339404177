import pytest

from neuro.errors import ValidationError
from neuro.tasks.threshold import matching_bits


# Of ten bits; shares count up to the next whole bit.
@pytest.mark.parametrize(
    ("threshold", "bits"),
    [
        ("any", 1),
        ("all", 10),
        (1, 1),
        (10, 10),
        ("3", 3),
        (0.25, 3),
        (0.3, 3),
        ("0.31", 4),
        ("25%", 3),
        ("100%", 10),
        (0.001, 1),
        (1.0, 10),
    ],
)
def test_threshold_is_a_number_of_bits(threshold, bits) -> None:
    assert matching_bits(threshold, 10) == bits


def test_share_without_an_exact_binary_form_is_no_bit_too_high() -> None:
    # 0.07 * 100 is 7.000000000000001 in binary.
    assert matching_bits(0.07, 100) == 7


@pytest.mark.parametrize(
    ("threshold", "message"),
    [
        (0, "0 bits. At least 1, at most the 10 bits"),
        (11, "11 bits. At least 1, at most the 10 bits"),
        (-2, "-2 bits"),
        (0.0, "a share of 0"),
        (1.5, "a share of 1.5"),
        ("120%", "a share of 1.2"),
        ("nan%", "a share of nan"),
        (float("nan"), "a share of nan"),
        ("most", "'most'"),
        ("", "''"),
        ("%", "'%'"),
        (True, "True"),
        (None, "None"),
    ],
)
def test_wrong_threshold_is_refused_with_what_is_allowed(threshold, message) -> None:
    with pytest.raises(ValidationError) as caught:
        matching_bits(threshold, 10, "here")
    assert str(caught.value).startswith(f"here: {message}")


def test_best_match_of_a_program_is_refused_with_the_way_to_it() -> None:
    with pytest.raises(ValidationError, match=r"find or complete of neuro\.AssociativeMemory"):
        matching_bits("best", 10)
