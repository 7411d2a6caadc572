"""The private PostgreSQL comes up again, whatever killed the processes that used it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def ready(folder):
    plain = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    code = "import django; django.setup(); from django.db import connection; connection.ensure_connection()"
    environment = {**plain, "VAR_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "backoffice.settings"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=False)
    return done.returncode == 0


def test_a_list_of_users_that_was_half_written_does_not_keep_it_down(tmp_path):
    folder = tmp_path / "var"
    assert ready(folder)
    (folder / "postgresql" / ".handle_pids.json").write_text("")
    assert ready(folder)
    (folder / "postgresql" / ".handle_pids.json").write_text("[1, 2")
    assert ready(folder)


def test_it_stops_after_its_last_user_though_another_one_was_killed(tmp_path):
    folder = tmp_path / "var"
    assert ready(folder)
    with subprocess.Popen([sys.executable, "-c", ""]) as killed:
        killed.wait()
    (folder / "postgresql" / ".handle_pids.json").write_text(f"[{killed.pid}]")
    assert ready(folder)
    assert not (folder / "postgresql" / "postmaster.pid").exists()
