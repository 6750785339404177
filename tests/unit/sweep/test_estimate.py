import pytest
from sweep_studies import study

from neuro.sweep import estimate as estimate_module
from neuro.sweep import parse_study
from neuro.sweep.estimate import estimate
from neuro.sweep.plan import plan_sweep
from neuro.sweep.record import Record


def record(digest: str, seconds: float) -> Record:
    return Record(digest=digest, status="failed", seconds=seconds, started="", machine="")


def test_estimate_follows_finished_trials_by_their_model_time(monkeypatch):
    monkeypatch.setattr(estimate_module, "_begun", None)
    asked = parse_study(study(sweep={"spacing": ["20 ms", "40 ms"], "seed": [0, 1]}))
    trials = plan_sweep(asked)
    # Five spacings and 20 ms at the end: 120 ms and 220 ms.
    assert [trial.duration for trial in trials] == [120, 120, 220, 220]
    records = {trials[0].digest: record(trials[0].digest, 12.0)}
    found = estimate(asked, trials, trials[1:], records)
    assert found.seconds == pytest.approx(0.1 * (120 + 220 + 220))
    assert found.measured == 1


def test_estimate_begins_the_first_and_the_last_trial_of_each_hardware(monkeypatch):
    begun = []

    def note(_study, trial):
        begun.append(trial.number)
        return real(_study, trial)

    real = estimate_module._begun
    monkeypatch.setattr(estimate_module, "_begun", note)
    asked = parse_study(study(sweep={"target": ["cpu", "cpu_reference"], "seed": [0, 1, 2]}))
    trials = plan_sweep(asked)
    seen: list[float] = []
    found = estimate(asked, trials, trials, {}, seen.append)
    assert sorted(begun) == [0, 2, 3, 5]
    assert found.measured == 4
    assert 0 < found.seconds < 120
    assert seen == [0.5, 1.0]


def test_long_trial_is_begun_for_a_moment_only(monkeypatch):
    monkeypatch.setattr(estimate_module, "BUDGET", 0.0)
    asked = parse_study(study(program={"operations": 2000}, sweep={"spacing": ["20 ms"]}))
    trials = plan_sweep(asked)
    lengths: list[float] = []

    def compiled(*arguments, **settings):
        program = real(*arguments, **settings)
        run = program.run
        monkeypatch.setattr(program, "run", lambda length: (lengths.append(length), run(length)))
        return program

    real = estimate_module.compile_network
    monkeypatch.setattr(estimate_module, "compile_network", compiled)
    assert estimate(asked, trials, trials, {}).seconds > 0
    # One piece of 40 s of model time.
    assert lengths == [2000.0]
