"""A secret that a home makes for itself: one, whole, its owner's."""

import multiprocessing
import os
from pathlib import Path

import pytest

from seawall.office import secret_files


def test_whoever_comes_together_reads_one_whole_secret(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    with multiprocessing.get_context("fork").Pool(4) as several:
        read = several.starmap(secret_files.made_once, [(file, 16)] * 40, chunksize=1)
    assert {len(each) for each in read} == {22}  # 16 bytes, six bits a letter
    assert set(read) == {file.read_text()}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["a.key"]


def test_its_name_is_not_there_before_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.key"

    def linked(mine: Path, name: Path) -> None:
        assert not name.exists()
        assert len(mine.read_text()) == 22
        mine.rename(name.with_name("seen"))
        mine.touch()
        name.write_text("another's")
        raise FileExistsError

    monkeypatch.setattr("seawall.office.secret_files.os.link", linked)
    assert secret_files.made_once(file, 16) == "another's"


def test_its_name_is_on_the_disk_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, synced, fsync = tmp_path / "a.key", list[tuple[Path, bool]](), os.fsync

    def noted(handle: int) -> None:
        synced.append((Path(f"/proc/self/fd/{handle}").readlink(), file.exists()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", noted)
    secret_files.made_once(file, 16)
    assert synced[-1] == (tmp_path, True)
