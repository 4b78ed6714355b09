"""Servers as others run them: real ones with options of their own, and one that only listens."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from qiki_hil.telemetry.broker import GUARD, find_server
from tests.runs import until as until_now


@contextmanager
def nats_server(folder: Path, *options: str) -> Iterator[str]:
    """Runs nats-server with `options`; gives HOST:PORT. It ends with this process."""
    guarded = [sys.executable, "-I", "-S", str(GUARD), "2", str(find_server())]
    where = ("--addr", "127.0.0.1", "--port", "-1", "--ports_file_dir", str(folder))
    with subprocess.Popen(
        [*guarded, *where, *options], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until_now(lambda: address(folder) != "", "the server listens")
            yield address(folder)
        finally:
            assert server.stdin is not None
            server.stdin.close()


def address(folder: Path) -> str:
    """Where the server listens that writes its ports into a folder; empty as yet."""
    for path in folder.glob("*.ports"):
        try:
            return str(json.loads(path.read_bytes())["nats"][0]).rpartition("://")[2]
        except ValueError:
            return ""  # half-written
    return ""


@asynccontextmanager
async def listener(info: dict[str, object]) -> AsyncIterator[tuple[str, bytearray]]:
    """Says `INFO` and only listens: gives HOST:PORT, and what clients sent."""
    heard = bytearray()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"INFO " + json.dumps(info).encode() + b"\r\n")
        while block := await reader.read(4096):
            heard.extend(block)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield "127.0.0.1:" + str(server.sockets[0].getsockname()[1]), heard
