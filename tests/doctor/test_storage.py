"""The doctor looks whether files can be kept, and says what to do where they cannot."""

import os
from pathlib import Path

import pytest

from halloo.cli.doctor import own
from halloo.cli.doctor.finding import Finding
from halloo.cli.place import Place
from halloo.config import Config
from halloo.files.settings import FilesSettings
from tests.support.bucket import bucket_settings, running_bucket
from tests.support.ports import free_port


def look(data: Path, settings: FilesSettings | None = None) -> Finding:
    """The one finding."""
    (found,) = own.check_storage(Place(data, Config(files=settings or FilesSettings())))
    assert found.check == "storage"
    return found


def test_a_probe_is_written_read_and_deleted(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert (found.level, str(tmp_path / "files") in found.found) == ("ok", True)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_one_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    found = look(tmp_path, FilesSettings(storage=str(tmp_path / "taken")))
    assert found.level == "bad"
    assert "cannot be used" in found.found
    assert "Give it to the user that Halloo runs as" in found.advice
    unknown = look(tmp_path, FilesSettings(storage="ftp://files.example/x"))
    assert (unknown.level, "files.storage" in unknown.found) == ("bad", True)


def test_a_folder_in_which_nothing_can_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    look(tmp_path)
    monkeypatch.setattr(os, "pwrite", full)
    found = look(tmp_path)
    assert (found.level, "cannot be kept" in found.found) == ("bad", True)
    assert "make room" in found.advice


def test_a_store_that_does_not_answer_says_what_to_do(tmp_path: Path) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    found = look(tmp_path, FilesSettings("s3://nowhere/x", endpoint, access_key="key", secret_key="secret"))
    assert (found.level, "s3://nowhere/x" in found.found) == ("bad", True)
    assert "See that the bucket is there" in found.advice


def test_a_bucket_is_tried_as_well(tmp_path: Path) -> None:
    with running_bucket() as address:
        assert look(tmp_path, bucket_settings(address, "x")).level == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_root_leaves_nothing_behind_that_the_server_could_not_change(tmp_path: Path) -> None:
    os.chown(tmp_path, 65_534, 65_534)
    found = look(tmp_path)
    assert (found.level, "sudo -u" in found.advice) == ("warn", True)
    assert list(tmp_path.iterdir()) == []
