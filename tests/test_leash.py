"""What a process on the leash is killed with: its parent, however that ended."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from backoffice.management.serving import LEASH

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no leash")
SLEEP = ["-c", "import time; print('up', flush=True); time.sleep(60)"]
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, sys.argv[1], str(os.getpid()), sys.executable, *sys.argv[2:]],
                         stdout=subprocess.PIPE, start_new_session=True)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def ended(pid, within=30.0):
    end = time.monotonic() + within
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


def test_a_process_whose_parent_is_killed_ends():
    command = [sys.executable, "-c", PARENT, str(LEASH), *SLEEP]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.kill()
    assert ended(child)


def test_a_process_whose_parent_was_gone_before_does_not_begin():
    command = [sys.executable, str(LEASH), "1", sys.executable, *SLEEP]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (1, "")
