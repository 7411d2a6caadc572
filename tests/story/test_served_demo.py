"""The demo as a visitor starts it: a booking is paid for, a code opens the door, Ctrl-C ends all of it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_plus, urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = ZoneInfo("Europe/Berlin")
VAULT = 1399  # its guests pass two keypads, ten minutes before their game
PASSWORD = "latchkey-demo"
STARTED, STARTED_AGAIN, ENDED, AT_ONCE = 180, 120, 30, 5.0  # seconds

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="processes are looked up in /proc"
)


class Demo:
    """One run of `manage.py demo` on a folder, with what a visitor sees and does."""

    def __init__(self, folder: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        command = [sys.executable, "manage.py", "demo", "--still", "--port", "0", "--sandbox-port", "0"]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "VAR_DIR": str(folder), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        self.session = requests.Session()
        self.session.trust_env = False

    def _read(self):
        self.lines.extend(line for line in self.process.stdout)

    @property
    def text(self):
        return "".join(self.lines)

    def wait(self):
        """Until it says where it serves."""
        until(lambda: "serving until Ctrl-C" in self.text or self.process.poll() is not None, STARTED)
        assert self.process.poll() is None, self.text
        self.web = re.search(r"(http://\S+)/admin/", self.text)[1]
        self.vendors = re.search(r"vendors' side\s+(http://[^/\s]+)", self.text)[1]
        self.seconds = time.monotonic() - self.began
        return self

    def sign_in(self, name="desk"):
        answer = self.session.post(f"{self.web}/api/v1/token/", {"username": name, "password": PASSWORD})
        self.session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def get(self, path, **query):
        answer = self.session.get(f"{self.web}/api/v1/{path}/", params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return body["results"] if isinstance(body, dict) and "results" in body else body

    def count(self, path, **query):
        return self.session.get(f"{self.web}/api/v1/{path}/", params=query).json()["count"]

    def play(self, vendor, act, **fields):
        """Send a form of the vendors' page; what it says of it."""
        address = f"{self.vendors}/play/{vendor}/{act}"
        form = requests.post(address, data=fields, allow_redirects=False, timeout=30)
        return unquote_plus(urlsplit(form.headers["Location"]).query.removeprefix("said="))

    def descendants(self):
        """The ids of all processes that came of it."""
        found, look = [], [self.process.pid]
        while look:
            for task in Path(f"/proc/{look.pop()}/task").glob("*/children"):
                children = [int(pid) for pid in task.read_text().split()]
                found += children
                look += children
        return found

    def stop(self):
        """Ctrl-C; how many seconds it took to end."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(60) == 0, self.text
        return time.monotonic() - began


def until(done, seconds, every=0.1):
    """Look again and again until it is so; the seconds that it took."""
    began = time.monotonic()
    while not (found := done()):
        if time.monotonic() - began > seconds:
            return None
        time.sleep(every)
    assert found
    return time.monotonic() - began


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def folder():
    path = Path(tempfile.mkdtemp(prefix="latchkey-demo-"))
    path.chmod(0o755)  # PostgreSQL runs as somebody else where we are root
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def demo(folder):
    running = Demo(folder)
    try:
        running.wait().sign_in()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
            running.process.wait(60)


def reserve(demo, minutes):
    """Book the vault for the first minute that is free, so many minutes from now or after; its number."""
    begin = datetime.now(HOME) + timedelta(minutes=minutes)  # noqa: TID251 the demo goes by the machine's clock
    for later in range(3):  # the demo's own guests start on round hours, and one may have this very minute
        start = begin + timedelta(minutes=later)
        slot = {"room": VAULT, "date": f"{start:%Y-%m-%d}", "hour": f"{start:%H:%M}:00"}
        said = demo.play("lockme", "book", **slot, name="Ida", surname="Kern", email="ida@example.test")
        if made := re.fullmatch(r"reservation (\d+)", said):
            return made[1]
        assert "taken" in said, said
    raise AssertionError(f"three minutes in a row are taken: {said}")


def book(demo, minutes):
    """Book the vault for so many minutes from now and pay for it; its number and when it was paid."""
    number = reserve(demo, minutes)
    time.sleep(1)  # nobody pays in the same second
    paid_at = datetime.now(HOME)  # noqa: TID251
    assert "is paid" in demo.play("lockme", "pay", number=number)
    return number, paid_at


def ways_in(demo, number):
    """The active codes of a booking."""
    found = demo.get("bookings", ref=number)
    return demo.get("codes", booking=found[0]["id"], state="active") if found else []


def doors_of(codes):
    return {code["door"] for code in codes}


def opened(demo, codes):
    """The doors that open when their codes are revealed and typed in now."""
    refs = {door["id"]: door["ref"] for door in demo.get("doors")}
    found = set()
    for code in codes:
        reveal = f"{demo.web}/api/v1/codes/{code['id']}/reveal/"
        pin = demo.session.post(reveal, {"reason": "a visitor tries"}).json()["secret"]
        said = demo.play("codelocks", "open_door", lock=refs[code["door"]], code=pin)
        found |= {code["door"]} if said == f"{refs[code['door']]} opens" else set()
    return found


def path_of(demo):
    (room,) = demo.get("rooms", slug="vault")
    return {step["door"] for step in room["path"]}


def test_a_paid_booking_opens_every_door_within_five_seconds_without_a_poll(demo):
    path, taken = path_of(demo), []
    assert len(path) == 2
    for minutes in (4, 7, 9):  # the machine may be busy: the best of three
        number, paid_at = book(demo, minutes)
        seconds = until(lambda number=number: doors_of(ways_in(demo, number)) == path, 30)
        assert seconds is not None, f"no way in after half a minute\n{demo.text}"
        taken.append(seconds)
        if seconds < AT_ONCE:
            break
    print(f"from payment to a way in: {', '.join(f'{each:.1f} s' for each in taken)}")  # noqa: T201
    assert min(taken) < AT_ONCE
    runs = demo.get("sync-runs", account__slug="lockme", started_at__gte=paid_at.isoformat())
    assert {run["kind"] for run in runs} == {"message"}
    assert sum(run["created"] + run["updated"] for run in runs) >= 1
    assert until(lambda: opened(demo, ways_in(demo, number)) == path, 5, every=1) is not None


def test_clubs_with_the_app_have_phone_keys_one_is_waited_for_and_one_has_a_pin_instead(demo):
    (door,) = [door for door in demo.get("doors") if door["slug"] == "stairs"]
    codes = demo.get("codes", door=door["id"])
    active = [code for code in codes if code["state"] == "active"]
    keys = [code for code in active if code["method"] == "phone"]
    assert sum(bool(code["accepted_at"]) for code in keys) >= 3
    assert sum(not code["accepted_at"] for code in keys) >= 1
    refused = {code["grant"] for code in codes if (code["method"], code["state"]) == ("phone", "failed")}
    assert refused & {code["grant"] for code in active if code["method"] == "netcode"}


def test_a_manager_who_connects_lock_me_is_let_in_there_and_sent_back(demo):
    query = {"client_id": "sandbox-lockme", "redirect_uri": f"{demo.web}/admin/connected/"}
    address = f"{demo.vendors}/lockme/authorize"
    asked = {"params": {**query, "response_type": "code"}, "allow_redirects": False}
    assert requests.get(address, timeout=30, **asked).status_code == 200
    back = requests.post(address, data={"answer": "allow"}, timeout=30, **asked)
    assert back.headers["Location"].startswith(f"{demo.web}/admin/connected/?code=")


def test_it_prints_nothing_that_a_visitor_must_not_or_need_not_see(demo):
    for ugly in ("Traceback", "Warning", "ERROR", "hooks/", "None", "root"):
        assert ugly not in demo.text, demo.text
    assert max(len(line) for line in demo.lines) <= 120


def counts(demo):
    budgets = {row["counter"]: row["used"] for row in demo.get("accounts/keypads/budgets")}
    (told,) = re.findall(
        r"different codes</th></tr><tr><td>(\d+)", demo.session.get(f"{demo.vendors}/play/codelocks").text
    )
    return {
        "bookings": demo.count("bookings"),
        "gone": demo.count("bookings", gone="true"),
        "codes": demo.count("codes"),
        "utility": budgets["utility"],
        "asked twice": budgets["netcode"] - int(told),
    }


def goes_on(folder, before):
    """Another start on the same folder, which finds all as it was."""
    again = Demo(folder)
    again.wait().sign_in()
    assert "as they were left" in again.text
    assert counts(again) == before
    return again


def left(processes):
    return [pid for pid in processes if alive(pid)]


def test_ctrl_c_ends_all_of_it_and_a_second_start_goes_on_from_there(demo, folder):
    before, processes = counts(demo), demo.descendants()
    assert len(processes) >= 6  # web with two workers, celery with two, beat
    seconds = demo.stop()
    assert seconds < ENDED
    assert left(processes) == []
    assert until(lambda: not (folder / "postgresql" / "postmaster.pid").exists(), ENDED) is not None
    again = goes_on(folder, before)
    print(f"ended in {seconds:.1f} s, first start {demo.seconds:.0f} s, second {again.seconds:.0f} s")  # noqa: T201
    assert again.seconds < STARTED_AGAIN

    processes = again.descendants()
    again.process.kill()  # nobody is left to end them
    again.process.wait(ENDED)
    assert until(lambda: not left(processes), ENDED) is not None
    third = goes_on(folder, before)
    processes = third.descendants()
    third.stop()
    assert left(processes) == []
    assert until(lambda: not (folder / "postgresql" / "postmaster.pid").exists(), ENDED) is not None
