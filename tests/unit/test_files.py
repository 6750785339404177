import os
import subprocess
import sys
from pathlib import Path

import pytest

from neuro.errors import ValidationError
from neuro.files import atomic_path, check_writable, exclusive, write_text


def test_atomic_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with atomic_path(path) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(failure), atomic_path(path) as temporary:
        temporary.write_text("half")
        raise failure
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_failure_leaves_no_file_where_none_was(tmp_path: Path) -> None:
    with pytest.raises(OSError), atomic_path(tmp_path / "out.txt"):
        raise OSError
    assert list(tmp_path.iterdir()) == []


def test_temporary_file_is_in_the_same_folder(tmp_path: Path) -> None:
    # A rename is atomic only within one file system.
    with atomic_path(tmp_path / "out.txt") as temporary:
        assert temporary.parent == tmp_path


def test_file_has_the_permissions_of_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "out.txt", "a")
    finally:
        os.umask(mask)
    assert (tmp_path / "out.txt").stat().st_mode & 0o777 == 0o640


def test_text_is_written_as_utf8(tmp_path: Path) -> None:
    write_text(tmp_path / "out.txt", "10 µs")
    assert (tmp_path / "out.txt").read_bytes() == b"10 \xc2\xb5s"


def test_writable_path_passes(tmp_path: Path) -> None:
    check_writable(tmp_path / "out.txt", "result file")
    assert list(tmp_path.iterdir()) == []


def test_path_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError) as caught:
        check_writable(tmp_path, "result file")
    assert str(caught.value) == f"result file: {str(tmp_path)!r} is a folder. Name a file."


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=r"does not exist\. Make it first") as caught:
        check_writable(tmp_path / "no" / "out.txt", "result file")
    assert caught.value.where == "result file"
    assert caught.value.value == str(tmp_path / "no" / "out.txt")


def test_folder_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ValidationError, match=r"cannot be written\. Choose another folder"):
        check_writable(tmp_path / "out.txt", "result file")


KILLED = """
import os, signal, sys
from pathlib import Path
from neuro.files import atomic_path
with atomic_path(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    write_text(tmp_path / "other.txt", "of another name")
    assert len(list(tmp_path.iterdir())) == 2
    write_text(path, "whole")
    assert {item.name for item in tmp_path.iterdir()} == {"out.txt", "other.txt"}


def test_what_a_living_process_writes_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    with atomic_path(path) as temporary:
        write_text(path, "of another thread")
        assert temporary.exists()
        temporary.write_text("last")
    assert path.read_text() == "last"


def test_durable_file_is_complete(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "out.txt", durable=True) as temporary:
        temporary.write_text("kept")
    assert (tmp_path / "out.txt").read_text() == "kept"


def test_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    with (
        exclusive(tmp_path / "lock", "checkpoint"),
        pytest.raises(ValidationError, match=r"checkpoint: in use by another process"),
        exclusive(tmp_path / "lock", "checkpoint"),
    ):
        pass
    with exclusive(tmp_path / "lock", "checkpoint"):
        pass
