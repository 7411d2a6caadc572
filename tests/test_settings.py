"""A wrong environment is told in one line; a right one is understood."""

from __future__ import annotations

import os
import subprocess
import sys
from email import message_from_bytes
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, get_connection

from backoffice import settings

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "SECRET_KEY": "x" * 50,
    "FIELD_ENCRYPTION_KEYS": "rkXH3F5VdzzkzsN0q1tXqzC4mAnYv4sPd7b8b3oQb1M=",
}


def run(**environment):
    plain = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    command = [sys.executable, "manage.py", "sync", "--json"]
    return subprocess.run(
        command, cwd=ROOT, env={**plain, **environment}, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_ENCRYPTION_KEYS"])
def test_what_production_lacks_is_named(name):
    done = run(**{key: value for key, value in GOOD.items() if key != name})
    assert done.returncode != 0
    assert f"{name} is not set" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("url", ["mysql://x@y/z", "sqlite:///x.db", "what"])
def test_another_database_is_refused(url):
    done = run(**{**GOOD, "DATABASE_URL": url})
    assert done.returncode != 0
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_is_not_there_is_told_without_its_address():
    done = run(**{**GOOD, "DATABASE_URL": "postgresql://someone:geheim4711@127.0.0.1:1/none"})
    assert done.returncode != 0
    assert "geheim4711" not in done.stderr + done.stdout
    assert "database" in done.stderr.lower()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("filemail:///srv/mails", "/srv/mails"),
        ("filemail:/srv/mails", "/srv/mails"),
        ("filemail:////srv/mails", "/srv/mails"),
        ("filemail:var/mails", "var/mails"),
    ],
)
def test_mails_go_to_the_folder_that_is_named(url, folder):
    assert settings.mail(url)["EMAIL_FILE_PATH"] == folder


def test_every_mail_is_a_file_of_its_own(tmp_path):
    connection = get_connection("backoffice.mailfolder.EmailBackend", file_path=str(tmp_path))
    connection.open()
    for subject in ("one", "two"):
        connection.send_messages([EmailMessage(subject, "text", to=["ida@example.test"])])
    connection.close()
    found = [message_from_bytes(path.read_bytes())["Subject"] for path in tmp_path.iterdir()]
    assert sorted(found) == ["one", "two"]


@pytest.mark.parametrize(
    ("hosts", "debug", "only"),
    [
        ("latchkey.example", "0", "True"),
        ("127.0.0.1,localhost", "0", "False"),
        ("latchkey.example", "1", "False"),
    ],
)
def test_https_is_asked_for_where_the_site_has_a_name(hosts, debug, only):
    code = "from backoffice import settings; print(settings.HTTPS_ONLY)"
    environment = {**GOOD, "ALLOWED_HOSTS": hosts, "DEBUG": debug, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == only
