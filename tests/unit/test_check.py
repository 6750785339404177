import json

import pytest

from neuro.check import CheckReport, CheckTable, Finding, Severity, refusal, sorted_findings
from neuro.errors import UnsupportedError, ValidationError
from neuro.ir import CurrentExponentialLIF, Network, Population
from neuro.run import check
from neuro.target import Capabilities, Target


def finding(severity: Severity, where: str = "network 'n'") -> Finding:
    return Finding(
        where=where,
        what="delay",
        value="5 ms",
        limit="4 ms",
        reaction="exception",
        remedy="Use less",
        severity=severity,
    )


def report(*findings: Finding) -> CheckReport:
    table = CheckTable(name="sizes", title="Sizes", columns=("part", "size"), rows=(("a", 3),))
    return CheckReport(
        network="n",
        backend="b",
        target="t",
        findings=findings,
        tables=(table,),
        remarks=("Estimated.",),
    )


@pytest.mark.parametrize(
    ("severity", "fails", "fails_strictly"),
    [("error", True, True), ("warning", False, True), ("note", False, False)],
)
def test_severity_decides_what_fails(severity: Severity, fails: bool, fails_strictly: bool) -> None:
    made = report(finding(severity))
    assert (made.fails(), made.fails(strict=True)) == (fails, fails_strictly)


def test_nothing_found_is_no_failure() -> None:
    assert not report().fails(strict=True)


def test_findings_are_sorted_by_severity_and_else_keep_their_order() -> None:
    found = [
        finding("note", "1"),
        finding("error", "2"),
        finding("note", "3"),
        finding("error", "4"),
    ]
    assert [item.where for item in sorted_findings(found)] == ["2", "4", "1", "3"]


def test_report_goes_to_a_file_as_plain_values() -> None:
    document = json.loads(json.dumps(report(finding("error")).as_dict()))
    assert document == {
        "network": "n",
        "backend": "b",
        "target": "t",
        "fails": True,
        "findings": [
            {
                "where": "network 'n'",
                "what": "delay",
                "value": "5 ms",
                "limit": "4 ms",
                "reaction": "exception",
                "remedy": "Use less",
                "severity": "error",
            }
        ],
        "tables": {"sizes": [{"part": "a", "size": 3}]},
        "remarks": ["Estimated."],
    }


def test_refusal_keeps_what_the_error_says() -> None:
    issue = UnsupportedError("population 'a'.cell", "no such", limit="On offer: b", hint="Use b")
    made = refusal(issue, "cells")
    assert (made.where, made.value, made.limit, made.remedy, made.severity) == (
        "population 'a'.cell",
        "no such",
        "On offer: b",
        "Use b",
        "error",
    )
    assert made.reaction == "neuro refuses it: UnsupportedError"


def one() -> Network:
    cell = CurrentExponentialLIF()
    return Network(name="one", populations=[Population("a", 1, cell)])


def test_check_on_this_computer_finds_nothing() -> None:
    made = check(one())
    assert (made.network, made.backend, made.target) == ("one", "cpu", "cpu")
    assert made.findings == ()


def test_check_in_single_precision_remarks_on_it() -> None:
    (remark,) = check(one(), target="cpu_float32").remarks
    assert "kept as float32" in remark


def test_check_lists_what_a_backend_does_not_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    from neuro.backends.cpu import CPU

    def fewer(self: CPU, target: Target) -> Capabilities:
        nothing: frozenset[str] = frozenset()
        return Capabilities(semantics=nothing, cells=nothing, synapses=nothing, inputs=nothing)

    monkeypatch.setattr(CPU, "capabilities", fewer)
    made = check(one())
    assert [item.where for item in made.findings] == [
        "network 'one'.semantics",
        "population 'a'.cell",
    ]
    assert made.fails()


def test_check_on_an_unknown_target_says_which_there_are() -> None:
    with pytest.raises(ValidationError, match="no such target") as caught:
        check(one(), target="spinnaker_spin6")
    assert "spinnaker_spin5" in str(caught.value.limit)
