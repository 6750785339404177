from dataclasses import replace

import numpy as np
import pytest
from lsm_archives import EVENTS, FILES, IMAGES, archives, audio, camera, cochlea, images, written

from neuro.errors import ResultError, ValidationError
from neuro.experiments.lsm import load_task, preset

MAKERS = {"nmnist": camera, "digits": cochlea, "keywords": audio}


@pytest.fixture
def folder(tmp_path):
    return archives(tmp_path)


def load(task, folder, **changes):
    return load_task(task, replace(preset("improved", task), **changes), folder)


def test_converted_images_join_the_recordings_but_for_those_recorded_themselves(folder):
    plain, more = load("nmnist", folder), load("nmnist", folder, converted=True)
    # Four recordings; one of the four images has an nmnist_id.
    assert (len(plain.train.labels), len(more.train.labels)) == (4, 7)
    assert np.array_equal(more.train.frames[:4], plain.train.frames)
    assert np.array_equal(more.test.frames, plain.test.frames)


def test_speakers_apart_ask_each_speaker_with_what_the_others_said(folder):
    task = replace(load("digits", folder), apart=True)
    folds = [(heard.tolist(), asked.tolist()) for heard, asked in task.folds()]
    ann, bob = [True, False, True, False], [False, True, False, True]
    assert folds == [(bob, ann), (ann, bob)]


def test_speakers_apart_need_to_know_who_speaks(folder):
    with pytest.raises(ValidationError, match="no speakers"):
        replace(load("keywords", folder), apart=True)


def shorter(name):
    return lambda arrays: {**arrays, name: arrays[name][:-1]}


def other(name, change):
    return lambda arrays: {**arrays, name: change(arrays[name])}


def without(name):
    return lambda arrays: {key: value for key, value in arrays.items() if key != name}


@pytest.mark.parametrize(
    ("task", "change", "message"),
    [
        ("nmnist", without("label"), "holds dt, offset, p, x, y"),
        ("nmnist", shorter("label"), "3 labels for 4 recordings"),
        ("nmnist", shorter("x"), "x, y, p, dt have"),
        ("nmnist", other("x", lambda x: x + 100), "From 0 to 33"),
        ("nmnist", other("label", lambda y: y + 10), "label 11"),
        ("nmnist", other("label", lambda y: y * 0), "samples of one class"),
        ("nmnist", other("offset", lambda _: np.array([0, 0, 20, 40, 80])), "1 of 4 are empty"),
        ("nmnist", lambda _: cochlea(), "a sensor of shape (64,)"),
        ("digits", lambda _: camera(), "a sensor of shape (34, 34, 2)"),
        ("digits", other("t", lambda t: t[::-1]), "They never fall"),
        ("digits", other("channel", lambda c: c + 64), "From 0 to 63"),
        ("digits", shorter("speaker"), "3 speakers for 4 recordings"),
        ("keywords", without("label"), "holds audio_mulaw, words"),
        ("keywords", without("words"), "no list of words"),
        ("keywords", shorter("words"), "label 1"),
        ("keywords", shorter("label"), "label of shape (3,)"),
        ("keywords", other("audio_mulaw", np.ravel), "audio_mulaw of shape (32000,)"),
        ("keywords", other("audio_mulaw", lambda a: a * 0 + 127), "waveform 0"),
    ],
)
def test_damaged_archives_are_one_error_with_the_name_of_the_file(folder, task, change, message):
    path = written(folder / FILES[task].format("train"), change(MAKERS[task]()))
    with pytest.raises(ResultError) as caught:
        load(task, folder)
    assert message in str(caught.value)
    # What is wrong with labels as a whole is told by the name of the task.
    assert path.name in str(caught.value) or ", train" in caught.value.where


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("nmnist_id"), "nmnist_id is missing"),
        (other("image", lambda a: a * 0), "no events"),
        (other("image", lambda a: a.astype(float)), "type float64"),
        (other("label", lambda y: y.astype(str)), "A whole number for each sample"),
    ],
)
def test_damaged_images_are_one_error_with_the_name_of_the_file(folder, change, message):
    written(folder / IMAGES, change(images()))
    with pytest.raises(ResultError, match="mnist5k_train") as caught:
        load("nmnist", folder, converted=True)
    assert message in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04 cut"])
def test_files_that_are_no_archive_are_refused_without_talk_of_pickles(folder, content):
    (folder / FILES["nmnist"].format("test")).write_bytes(content)
    with pytest.raises(ResultError, match="no readable NumPy archive") as caught:
        load("nmnist", folder)
    assert "pickle" not in str(caught.value)


def test_missing_files_are_named(folder):
    (folder / FILES["digits"].format("test")).unlink()
    with pytest.raises(ResultError, match="does not exist"):
        load("digits", folder)


def test_limited_keeps_frames_labels_and_speakers_together(folder):
    task = load("digits", folder)
    few = task.limited(2).train
    assert few.labels.tolist() == [0, 1] and few.speakers.tolist() == ["ann", "bob"]
    assert np.array_equal(few.frames, task.train.frames[[0, 3]])
    assert few.frames.sum() <= 2 * EVENTS
