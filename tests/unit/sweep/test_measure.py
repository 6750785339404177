import json
from dataclasses import asdict, replace

import pytest
from dictionary_memory import DictionaryMemory
from sweep_studies import study

from neuro import AssociativeMemory
from neuro.errors import ResultError, UnavailableError
from neuro.models.ca3 import CA3Parameters, ca3
from neuro.sweep import measure, parse_study
from neuro.sweep.measure import Job, run_job, run_trial
from neuro.sweep.plan import plan_sweep
from neuro.sweep.record import read_record
from neuro.sweep.trial import make_trial, program_of

ROWS = [
    [0, "L", 0, [1, 2]],
    [20, "L", 3, [2, 5]],
    [40, "C", 0, []],
    [60, "K", None, [2]],
    [80, "C", 1, []],
]


def jobs_of(content, folder) -> list[Job]:
    asked = parse_study(content, folder=folder)
    return [trial.job(folder) for trial in plan_sweep(asked)]


@pytest.fixture
def job(tmp_path) -> Job:
    (tmp_path / "p.json").write_text(json.dumps(ROWS))
    (found,) = jobs_of({"model": "ca3", "program": "p.json", "sweep": {"seed": 0}}, tmp_path)
    return found


def test_metrics_of_a_small_program(job):
    metrics = run_trial(job).metrics
    assert metrics is not None
    assert (metrics.operations, metrics.wrong) == (5, 0)
    assert (metrics.accuracy, metrics.recall_accuracy) == (1.0, 1.0)
    assert metrics.duration == 80 + 20
    assert metrics.energy == {}
    # The same run by other means.
    memory = AssociativeMemory(ca3())
    counters = memory.run_program(ROWS).result.counters
    assert metrics.spikes == sum(counters.spikes.values())
    assert metrics.synaptic_events == sum(counters.synaptic_events.values())
    assert metrics.plastic_updates == sum(counters.plastic_updates.values())
    # Last answer spikes: of a held input three ms long after 5, 6 and 7 ms; of C after 6 (content),
    # of K after 6 (cues), of an empty cue after 5 (specs, ca3_cam 6).
    assert metrics.latency == pytest.approx((7 + 7 + 6 + 6 + 5) / 5)


def test_accuracy_is_that_of_a_dictionary(tmp_path):
    content = study(program={"operations": 200}, sweep={"seed": 5, "spacing": ["6 ms"]})
    (job,) = jobs_of(content, tmp_path)
    metrics = run_trial(job).metrics
    assert metrics is not None
    trial = make_trial(job.point, job.program)
    program = [[item.t, item.op, item.cue, item.content] for item in trial.written.operations]
    answers = AssociativeMemory(ca3(CA3Parameters())).run_program(program, guard=False).answers
    ideal, wrong, recalls = DictionaryMemory(), 0, []
    for answer in answers:
        cues, bits = ideal.ask(answer.op, answer.cue, answer.query)
        right = (list(answer.cues), list(answer.content)) == (cues, bits)
        wrong += not right
        recalls += [right] * (answer.op != "L")
    assert 0 < wrong < 200
    assert metrics.wrong == wrong
    assert metrics.accuracy == pytest.approx(1 - wrong / 200)
    assert metrics.recall_accuracy == pytest.approx(sum(recalls) / len(recalls))


def test_expected_answers_take_the_place_of_the_dictionary(tmp_path):
    rows = [[0, "L", 0, [1], [0], [1]], [20, "C", 0, [], [0], [2]]]
    (tmp_path / "p.json").write_text(json.dumps(rows))
    content = {"model": "ca3", "program": "p.json", "expected": True, "sweep": {"seed": 0}}
    (job,) = jobs_of(content, tmp_path)
    metrics = run_trial(job).metrics
    assert metrics is not None
    assert (metrics.wrong, metrics.accuracy, metrics.recall_accuracy) == (1, 0.5, 0.0)


def test_energy_of_hardware_is_by_what_is_charged(tmp_path):
    (job,) = jobs_of(study(sweep={"target": "spinnaker_spin5"}), tmp_path)
    metrics = run_trial(job).metrics
    assert metrics is not None
    assert set(metrics.energy) == {"whole boards", "used chips", "dynamic"}
    assert 0 < metrics.energy["dynamic"] < metrics.energy["whole boards"]


def test_text_of_a_job_carries_all_of_it(job):
    text = run_job(job.to_json())
    assert replace(read_record(text, "here"), seconds=0.0, started="", machine="") == replace(
        run_trial(job), seconds=0.0, started="", machine=""
    )
    assert json.loads(job.to_json())["program"]["rows"][0] == [0.0, "L", 0, [1, 2]]


def test_worker_with_another_neuro_is_noticed(job):
    with pytest.raises(ResultError, match="is another one on"):
        run_trial(replace(job, digest="0" * 64))


def test_failing_run_is_recorded(job, monkeypatch):
    def fail(*_args, **_kept):
        raise ZeroDivisionError("of the kernel")

    monkeypatch.setattr(measure, "lower_for", fail)
    record = run_trial(job)
    assert (record.status, record.metrics) == ("failed", None)
    assert record.message.startswith("ZeroDivisionError: of the kernel (test_measure.py, line ")


def test_backend_that_a_worker_lacks_is_no_failed_trial(job, monkeypatch):
    def fail(*_args, **_kept):
        raise UnavailableError("backend 'cpu'", "needs a computer")

    monkeypatch.setattr(measure, "lower_for", fail)
    with pytest.raises(UnavailableError):
        run_trial(job)


def test_warnings_of_a_run_are_recorded_and_not_shown(tmp_path):
    (job,) = jobs_of(study(sweep={"semantics": "exact"}), tmp_path)
    record = run_trial(job)
    assert record.status == "done"
    assert [text.partition(":")[0] for text in record.warnings] == ["network 'ca3'.semantics"]


def test_program_of_a_point_is_read_from_the_folder_of_the_study(job, tmp_path):
    program = program_of(job.point, tmp_path)
    assert program is not None
    assert program == job.program
    assert asdict(program)["expected"] is None
