"""The one web process: the check-in lane answers its own addresses, Django everything else."""

import os
from collections.abc import Awaitable, Callable
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lachan.ground.platform.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

from lachan.ground.platform import config

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

DJANGO_THREADS = config.threads()

# a2wsgi's types are narrower than WSGI's: what Django returns is iterable, as PEP 3333 asks.
django_application = cast(App, WSGIMiddleware(cast(Any, get_wsgi_application()), workers=DJANGO_THREADS))

from lachan.systems.checkin import asgi as checkin  # noqa: E402  Django's registry must be ready first


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "http" and scope["path"] in checkin.PATHS:
        await checkin.application(scope, receive, send)
    else:
        await django_application(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    """Open the lane before the first request, drain it before the last answer leaves."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await checkin.startup()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await checkin.shutdown()
            await send({"type": "lifespan.shutdown.complete"})
            return
