import json

import numpy as np
import pytest

from neuro.experiments.recurrent.recordings import ARCHIVES


def recordings(folder):
    """Write three words as bursts of different tones."""
    archive = ARCHIVES["digits"]
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name, count in ((archive.train, 24), (archive.test, 9)):
        labels = np.arange(count) % 3
        times = np.arange(3000) / 8000
        sounds = [np.sin(2 * np.pi * (400 + 900 * label) * times) for label in labels]
        noisy = [5000 * sound + rng.normal(0, 300, sound.size) for sound in sounds]
        np.savez(
            folder / name,
            audio=np.concatenate(noisy).astype(np.int16),
            offset=3000 * np.arange(count + 1),
            label=labels.astype(np.uint8),
            sample_rate=np.int32(8000),
        )


def test_kws_prints_and_writes_what_it_measured(neuro, tmp_path):
    pytest.importorskip("torch")
    recordings(tmp_path / "spoken_digits")
    done = neuro(
        *("run", "kws", "--data", ".", "--quick", "--bits", "3", "5", "--sigma", "0", "2.67"),
        *("--seeds", "2", "--no-everything", "--json", "figures.json", "--out", "page.html"),
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((tmp_path / "figures.json").read_text())
    assert [(p["bits"], p["training"], p["sigma_uS"]) for p in document["points"]] == [
        (bits, training, sigma)
        for bits in (3, 5)
        for training in ("float", "aware")
        for sigma in (0.0, 2.67)
    ]
    assert "TOPS/W" in done.stdout
    assert "<svg" in (tmp_path / "page.html").read_text()


def test_kws_without_data_says_where_to_name_them(neuro, monkeypatch):
    monkeypatch.delenv("NEURO_DATA", raising=False)
    done = neuro("run", "kws")
    assert done.returncode == 2
    assert "--data: is missing" in done.stderr
    assert "NEURO_DATA" in done.stderr


def test_kws_refuses_a_folder_without_recordings(neuro):
    done = neuro("run", "kws", "--data", ".")
    assert done.returncode == 2
    assert "spoken_digits_train_audio.npz" in done.stderr


def test_characters_refuses_a_short_text(neuro, tmp_path):
    (tmp_path / "text.txt").write_text("too short")
    done = neuro("run", "characters", "--text", "text.txt")
    assert done.returncode == 2
    assert "9 characters" in done.stderr
