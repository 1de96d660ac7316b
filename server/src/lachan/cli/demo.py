"""`lachan demo`: the demonstration world, its addresses and its log-ins."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import segno

from lachan.cli.say import complain, plain, say
from lachan.serve.supervisor import Options

if TYPE_CHECKING:
    from lachan.simulate.world import World


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

        from lachan.simulate import rooms, world

        try:
            made = world.make(progress=say)
            if not stopping.is_set():
                world.play(made, progress=say)
                declared = rooms.furnish(made, progress=say)
                for line in welcome(options.address, made, declared):
                    plain(line)
        except Exception as error:
            # The pages go on being served; the person must see why the world is missing.
            if stopping.is_set():
                say("The demonstration world was not finished; the next start makes it")
            else:
                complain(f"The demonstration world could not be made: {error!r}")
        finally:
            connection.close()

    return play


def _spaced(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def welcome(address: str, world: "World", declared: list[str]) -> Iterator[str]:
    """Every address and log-in of the demonstration, in lines to print."""
    from lachan.simulate.story import GATEKEEPERS, OWNERS

    yield ""
    yield "Pages"
    pages = {
        "Citizen": "/app/",
        "Public map": "/map/",
        "Officers' desk": "/desk/",
        "A place's owner": "/places/",
        "The gatekeeper of a place": "/gate/",
        "Entry declaration, for travellers": "/entry/",
        "One-time codes and text messages (demonstration only)": "/dev/",
        "Everything on one page (components)": "/kit/",
        "API": "/api/",
    }
    for name, path in pages.items():
        yield f"  {address}{path:<8} {name}"
    yield ""
    yield "Citizens sign in with a phone number; the code appears on /dev/"
    duties = {key: f", owner of {place}" for place, key in OWNERS.items()}
    duties |= {key: f", gatekeeper of {place}" for place, key in GATEKEEPERS.items()}
    for key, phone in world.phones.items():
        yield f"  {phone}  {world.names[key]}{duties.get(key, '')}"
    yield f"  {world.place.name} has the poster code {_spaced(world.place_code)}"
    yield f"  Travellers on their way have the declarations {', '.join(map(_spaced, declared))}"
    yield ""
    yield "Officers sign in with a password and a second factor; `lachan officer code NAME` prints the code of now"
    for officer in world.officers.values():
        yield f"  {officer.username:<16} {officer.password}  TOTP {officer.totp_secret}  {officer.role}, {officer.area}"
    yield ""
    yield "Ctrl-C stops everything; `make demo` goes on from here."
