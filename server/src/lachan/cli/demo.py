"""`lachan demo`: the demonstration world, its addresses and its log-ins."""

import os
import threading
from collections.abc import Callable

import segno

from lachan.cli.say import complain, plain, say
from lachan.serve.supervisor import Options


def mark_environment() -> None:
    """Before Django is set up: the demonstration shows one-time codes on a development page."""
    os.environ["LACHAN_DEMO"] = "1"


def show_qr(address: str) -> None:
    plain(address)
    segno.make(address, error="m").terminal(compact=True)


def player(options: Options) -> Callable[[threading.Event], None]:
    """What to do once pages are answered: make the world, play the outbreak, print where to look."""

    def play(stopping: threading.Event) -> None:
        from django.db import connection

        try:
            from lachan.simulate import world

            made = world.make(progress=say)
            if not stopping.is_set():
                world.play(made, progress=say)
                _print_addresses(options.address, made)
        except Exception as error:  # noqa: BLE001  the pages go on being served; the person must see why the world is missing
            complain(f"The demonstration world could not be made: {error!r}")
        finally:
            connection.close()

    return play


def _print_addresses(address: str, made: object) -> None:
    raise NotImplementedError
