"""Files that a user names: only a regular one is ever replaced."""

import os
import stat
from pathlib import Path

import pytest

from qiki_hil.document.outfile import write_file
from qiki_hil.errors import QikiError


def write(path: Path, *, replace: bool = True) -> None:
    write_file(path, "new", "YAML", replace=replace)


def test_a_regular_file_is_replaced_where_that_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    write(path, replace=False)
    with pytest.raises(QikiError, match="exists already"):
        write(path, replace=False)
    path.write_text("old")
    write(path)
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a device node")
def test_a_device_node_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "full"
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 7))
    with pytest.raises(QikiError, match="full: is not a regular file; give the name of a YAML"):
        write(path)
    assert stat.S_ISCHR(path.stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/null", "/dev/full", "/dev/stdout"])
def test_devices_of_the_system_are_left_alone(name: str) -> None:
    before = os.lstat(name)
    if stat.S_ISREG(os.stat(name).st_mode):
        pytest.skip(f"{name} is a file here")
    with pytest.raises(QikiError, match="is not a regular file"):
        write(Path(name))
    assert os.lstat(name) == before


def test_a_fifo_and_a_folder_are_left_alone(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    with pytest.raises(QikiError, match="is not a regular file"):
        write(fifo)
    with pytest.raises(QikiError, match="is a directory"):
        write(tmp_path)
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_behind_a_link_its_target_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link.yaml").symlink_to("real.yaml")
    (tmp_path / "real.yaml").write_text("old")
    write(tmp_path / "link.yaml")
    assert (tmp_path / "real.yaml").read_text() == "new"
    assert (tmp_path / "link.yaml").is_symlink()


def test_a_circle_of_links_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("a")
    with pytest.raises(QikiError, match="cannot be written"):
        write(tmp_path / "a")
