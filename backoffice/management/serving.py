"""Web, worker and beat as processes of their own: started, watched, and ended with all of their children."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

import requests

READY_WITHIN = 60.0  # seconds; two busy cores take ten
END_WITHIN = 8.0  # seconds for what is being done
LEASH = Path(__file__).with_name("leash.py")
LOOK = 0.2  # seconds between two looks at a process
NO_WARNING = "ignore:You're running the worker with superuser"  # a container's only user is root


class NotServing(Exception):
    """A process ended, or did not begin to answer; the text says which."""


def stop_on_signals() -> None:
    """Let Ctrl-C and SIGTERM raise KeyboardInterrupt once, also where the shell had Ctrl-C ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def listen(port: int) -> socket.socket:
    """A loopback port that is ours from now on: this one, or another one when it is taken."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.bind(("127.0.0.1", 0))
    return bound


def free(port: int) -> int:
    """This port, or another one when it is taken."""
    with listen(port) as bound:
        return int(bound.getsockname()[1])


class Processes:
    """The three of them; Ctrl-C reaches this process alone, which ends them in peace.

    Killed it cannot do that: then they see that it is gone and end by themselves (Linux).
    """

    def __init__(self, web: socket.socket, folder: Path) -> None:
        """`web` is the bound socket that the web server takes over; `folder` keeps beat's schedule."""
        self._web = web
        self.url = f"http://127.0.0.1:{web.getsockname()[1]}"
        environment = {**os.environ, "OWN_MACHINE": "1", "PYTHONWARNINGS": NO_WARNING}
        commands = _commands(web.fileno(), folder)
        self._all = {name: self._start(command, environment) for name, command in commands.items()}

    def _start(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        descriptors = (self._web.fileno(),)
        return subprocess.Popen(  # noqa: S603 our own commands
            [sys.executable, str(LEASH), str(os.getpid()), *command],
            env=environment,
            pass_fds=descriptors,
            start_new_session=True,
        )

    def wait_until_ready(self) -> None:
        """Wait until the web server can work; NotServing when it does not come to that."""
        end = time.monotonic() + READY_WITHIN
        with requests.Session() as session:
            session.trust_env = False
            while not _ready(session, self.url):
                self.check()
                if time.monotonic() > end:
                    raise NotServing(f"{self.url} does not answer after {READY_WITHIN:.0f} s")
                time.sleep(LOOK)

    def watch(self, seconds: float) -> None:
        """Let time pass; NotServing as soon as one of them is no more."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.check()
            time.sleep(LOOK)

    def check(self) -> None:
        """NotServing when one of them is no more."""
        for name, process in self._all.items():
            if process.poll() is not None:
                raise NotServing(f"the {name} process ended with status {process.returncode}")

    def end(self) -> None:
        """Ask them to end, and end what is left after a while."""
        self._web.close()
        for process in self._all.values():
            process.terminate()
        end = time.monotonic() + END_WITHIN
        for process in self._all.values():
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _ready(session: requests.Session, url: str) -> bool:
    try:
        return session.get(f"{url}/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _commands(web: int, folder: Path) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "backoffice"]
    gunicorn = [sys.executable, "-m", "gunicorn", "backoffice.wsgi", "-b", f"fd://{web}"]
    schedule = str(folder / "beat")
    return {
        "web": [*gunicorn, "-w", "2", "--log-level", "warning", "--graceful-timeout", "3"],
        "worker": [*celery, "worker", "-c", "2", "-l", "warning", "--without-mingle", "--without-gossip"],
        "beat": [*celery, "beat", "-l", "warning", "-s", schedule, "--pidfile="],
    }
