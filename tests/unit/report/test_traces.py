"""Traces of figures: shared footnotes, hovers with seed and command, numbers at the right."""

import re

import pytest

from neuro.energy import EnergyBasis, EnergyReport, EnergyRow
from neuro.report.sections import Section, SectionsPage, energy_sections, sections_page
from neuro.report.values import Footnotes, Origin, Trace

ORIGIN = Origin(command="neuro run ca3 --set 'a=<1>'", seed=7, facts={"model": "ca3"})
COUNTED = Trace(how="Counted.", source="a <paper>")


def page(*sections):
    return sections_page(
        SectionsPage(
            title="Title & more",
            lead="Lead.",
            summary=["All <good>."],
            sections=sections,
            origin=ORIGIN,
        )
    )


def test_equal_traces_share_a_footnote_and_others_do_not():
    notes = Footnotes(ORIGIN)
    numbers = [notes.number(Trace(how=how)) for how in ("a", "b", "a")]
    assert numbers == [1, 2, 1]
    assert notes.listed() == [(1, "a"), (2, "b")]


def test_hover_says_how_source_seed_and_command():
    assert Footnotes(ORIGIN).hover(COUNTED) == (
        "Counted. Source: a <paper>. Seed 7. Command: neuro run ca3 --set 'a=<1>'"
    )
    assert str(Origin(command="neuro plan")) == "Nothing is drawn. Command: neuro plan"


def test_long_commands_are_cut_in_hovers_and_whole_on_the_page():
    command = "neuro compare " + "x" * 300
    assert len(str(Origin(command=command))) < 200
    text = sections_page(
        SectionsPage(title="t", lead="l", summary=[], sections=[], origin=Origin(command=command))
    )
    assert f"<code>{command}</code>" in text


def test_texts_are_escaped():
    text = page(Section(title="A<b>", trace=COUNTED, table=(("x", "y<"), [("<i>", "1")])))
    assert "<i>" not in text and "&lt;i&gt;" in text
    assert "Title &amp; more" in text and "All &lt;good&gt;." in text
    assert 'title="Counted. Source: a &lt;paper&gt;. Seed 7.' in text


def test_columns_of_numbers_stand_at_the_right_and_texts_do_not():
    rows = [("a", "1.5 nJ", "7 ms (L), 6 ms (C), 6 ms (K)", ""), ("b", "-2", "8 ms", "3")]
    text = page(Section(title="t", trace=COUNTED, table=(("n", "p", "q", "r"), rows)))
    heads = re.findall(r'<th scope="col"( class="number")?>', text)
    assert heads == ["", ' class="number"', "", ' class="number"']


def test_short_rows_span_the_rest():
    rows = [("a", "1", "2"), ("b", "no: because")]
    assert 'colspan="2"' in page(Section(title="t", trace=COUNTED, table=(("n", "p", "q"), rows)))


def test_section_without_rows_says_so():
    text = page(Section(title="Notes", trace=COUNTED, table=(("where", "what"), [])))
    assert "None.<sup>" in text


def energy_report():
    def row(name, count, each):
        return EnergyRow(
            name=name,
            count=count,
            count_unit="",
            coefficient=each,
            unit="fJ",
            energy=count * each,
            source="a source",
        )

    parts = (
        row("A->B: array", 10.0, 2.0),
        row("B->C: array", 5.0, 4.0),
        row("A->B: drivers", 4.0, 5.0),
    )
    whole = (row("array", 1.0, 100.0),)
    return EnergyReport(
        target="somewhere",
        duration=1.0,
        bases=(
            EnergyBasis(name="parts", covers="Parts", rows=parts),
            EnergyBasis(name="whole", covers="All", rows=whole),
        ),
        events={},
    )


def test_energy_is_summed_by_component_and_divided_by_operations():
    summary, parts = energy_sections(energy_report(), 10)
    # (10 * 2 + 5 * 4) / 10 fJ of arrays, 4 * 5 / 10 fJ of drivers; 100 / 10 fJ in the other one.
    assert summary.table == (
        ("component", "parts", "whole"),
        [("array", "4 fJ", "10 fJ"), ("drivers", "2 fJ", ""), ("in all", "6 fJ", "10 fJ")],
    )
    heads, rows = parts.table
    assert heads[-1] == "source" and [row[5] for row in rows] == [
        *("33.3", "33.3", "33.3", "100"),
        *("100.0", "100"),
    ]


@pytest.mark.parametrize("count", [16, 17])
def test_long_tables_are_closed(count):
    rows = [(str(number), "x") for number in range(count)]
    section = Section(title="t", trace=COUNTED, table=(("a", "b"), rows), folded=True)
    assert ("<details open>" in page(section)) is (count == 16)
