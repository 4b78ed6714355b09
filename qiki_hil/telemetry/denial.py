"""A subject that the broker denies to its client.

The server says so on the connection, and gives the message itself no answer.
"""

import asyncio


class DeniedError(Exception):
    """The broker does not let this client publish on the subject."""


class Denial:
    """Listens for the denial of a subject while a message to it waits for its answer."""

    def __init__(self, subject: str) -> None:
        # The client hands on the words of the server in lower case.
        self._words = f'permissions violation for publish to "{subject}"'.lower()
        self.said: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        """The words of the server, once it has denied the subject."""

    def hear(self, error: Exception) -> None:
        """Takes an error of the connection."""
        if self._words in str(error) and not self.said.done():
            self.said.set_result(str(error))
