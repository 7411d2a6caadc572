"""One vendor, without Django: `python -m integrations.sandbox VENDOR [--port N] [--switch N=V] [--town]`."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Sequence

from integrations.sandbox import switches, town
from integrations.sandbox.server import Server, Vendors


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C; status 2 with words when that is not possible."""
    vendors = Vendors()
    parser = _parser(list(vendors.all()))
    wish = parser.parse_args(arguments)
    try:
        if wish.town:
            town.build(vendors)
        lone = vendors.alone(wish.vendor)
        switches.turn(lone.all()[wish.vendor], wish.switch)
        server = Server(lone, wish.port).start()
    except ValueError as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"port {wish.port} cannot be used: {error.strerror}")
    for line in server.told():
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    _wait()
    server.stop()
    return 0


def _parser(names: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.sandbox", description="One sandbox vendor.")
    parser.add_argument("vendor", choices=names)
    parser.add_argument("--port", type=int, default=8800, help="on this machine; 0: any that is free")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--town", action="store_true", help="with the demo's rooms, locks and bookings")
    return parser


def _wait() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
