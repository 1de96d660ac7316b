"""A bare HTTP/1.1 client over one connection: 200 of them must not cost more than the server they load."""

import asyncio
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict[bytes, bytes]
    content: bytes


class Lost(Exception):  # noqa: N818  an outcome here, not an error
    """The connection broke before the answer was whole: nobody knows whether the request was carried out."""


class Wire:
    def __init__(self, port: int) -> None:
        self.port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, content: bytes, headers: dict[str, str], patience: float = 30.0) -> Answer:
        """Raises Lost when there is no whole answer in time."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(content)}\r\n{lines}\r\n"
        try:
            async with asyncio.timeout(patience):
                if self._writer is None:
                    self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
                self._writer.write(head.encode() + content)
                return await self._answer()
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.close()
            raise Lost(type(error).__name__) from error

    async def _answer(self) -> Answer:
        assert self._reader is not None
        head = await self._reader.readuntil(b"\r\n\r\n")
        first, *lines = head[:-4].split(b"\r\n")
        headers = {n.lower(): v.strip() for n, _sep, v in (line.partition(b":") for line in lines)}
        content = await self._reader.readexactly(int(headers[b"content-length"]))
        if headers.get(b"connection") == b"close":
            self.close()
        return Answer(int(first.split()[1]), headers, content)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None
