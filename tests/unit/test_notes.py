from neuro.notes import FidelityNote

NOTE = FidelityNote(
    where="projection 'a->b'.delay",
    requested=0.44,
    stored=0.4,
    relative_error=1 / 11,
    unit="ms",
    reason="1 of 3 not on the grid of 0.1 ms.",
)


def test_note_reads_as_one_line() -> None:
    assert str(NOTE) == (
        "projection 'a->b'.delay: 0.44 is kept as 0.4 ms (error 0.091). "
        "1 of 3 not on the grid of 0.1 ms."
    )


def test_note_without_an_error_leaves_it_out() -> None:
    note = FidelityNote(
        where="x", requested="exact", stored="tick", relative_error=None, unit="", reason="Asked."
    )
    assert str(note) == "x: exact is kept as tick. Asked."


def test_note_is_rebuilt_from_its_dictionary() -> None:
    assert FidelityNote(**NOTE.as_dict()) == NOTE
