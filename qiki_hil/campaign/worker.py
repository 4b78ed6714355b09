"""A worker process: `python -P -m qiki_hil.campaign.worker LINK_FD CAMPAIGN_FD`.

It reads the pickled campaign from one descriptor, and on the other says None when it is ready,
takes chunks of cases and answers each with its rows, or with the exception that flying it raised.
Standard input is held by the parent, and its end ends the worker.
"""

import os
import pickle
import sys
from multiprocessing.connection import Connection
from typing import Any

from qiki_hil.campaign.flight import fly_cases
from qiki_hil.children import end_with_parent


def main() -> None:
    """Flies chunks until the parent is gone."""
    end_with_parent(sys.stdin.fileno())
    link: Connection[Any, range] = Connection(int(sys.argv[1]))
    campaign_fd = int(sys.argv[2])
    # From the start, wherever another worker stands: the position belongs to all of them.
    campaign = pickle.loads(os.pread(campaign_fd, os.fstat(campaign_fd).st_size, 0))
    link.send(None)
    while True:
        try:
            chunk = link.recv()
        except (EOFError, OSError):
            return
        try:
            answer: Any = fly_cases(campaign, chunk)
        except Exception as error:  # the parent raises it where it can be seen
            answer = error
        link.send(answer)


if __name__ == "__main__":
    main()
