"""Machines that lack what others have."""

import subprocess
from pathlib import Path

import pytest

from tests.runs import QIKI_HIL

NAMESPACE = ("unshare", "--mount", "--map-root-user")
READ_ONLY = "mount -t tmpfs -o ro none /dev/shm"


def can_unshare() -> bool:
    try:
        tried = subprocess.run([*NAMESPACE, "sh", "-c", READ_ONLY], capture_output=True)
    except OSError:
        return False
    return tried.returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="needs mount namespaces")
def test_a_campaign_needs_no_shared_memory(tmp_path: Path) -> None:
    command = f"{QIKI_HIL} campaign hold --cases 2 --jobs 2 --json --out {tmp_path}"
    flown = subprocess.run(
        [*NAMESPACE, "sh", "-c", f"{READ_ONLY} && ! touch /dev/shm/a && exec {command}"],
        capture_output=True,
        text=True,
    )
    assert flown.returncode == 0, flown.stderr
    assert '"cases": 2' in flown.stdout
