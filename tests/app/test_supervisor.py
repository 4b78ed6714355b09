"""The ladder of requests to stop, past a loop process that only writes down what it is asked."""

import asyncio
from pathlib import Path

import pytest

from qiki_hil._pb.qiki.commands.v1 import command_pb2
from qiki_hil._pb.qiki.telemetry.v1 import link_pb2
from qiki_hil.app import supervisor as supervisor_module
from qiki_hil.app.request import RunRequest, load
from qiki_hil.app.runner import Runner
from qiki_hil.app.supervisor import Supervisor
from qiki_hil.errors import QikiError

FIRST = 4
"""Number of the first command that is typed: the scenario has three."""
REQUEST, RESUME, TERMINATE, KILL = "request", "resume", "terminate", "kill"


class RecordingChild:
    """Stands where the loop process stands; `listens` says whether its link takes requests."""

    def __init__(self, *_: object) -> None:
        self.listens = True
        self.asked: list[str] = []
        self.requests: list[link_pb2.LoopRequest] = []
        self.killed = asyncio.Event()

    async def start(self) -> None: ...

    async def wait(self) -> None:
        await self.killed.wait()

    def request(self, request: link_pb2.LoopRequest) -> bool:
        self.asked.append(REQUEST)
        self.requests.append(request)
        return self.listens

    def resume(self) -> None:
        self.asked.append(RESUME)

    def terminate(self) -> None:
        self.asked.append(TERMINATE)

    def kill(self) -> None:
        self.asked.append(KILL)
        self.killed.set()


class Nobody:
    """Looks at nothing."""

    def refresh(self, *_: object) -> None: ...

    def event(self, *_: object) -> None: ...


@pytest.fixture
def supervisor(short: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    monkeypatch.setattr(supervisor_module, "LoopChild", RecordingChild)
    parts = load(RunRequest(scenario=str(short), root=root, nats="off"))
    return Runner(parts, Nobody()).supervisor


@pytest.fixture
def child(supervisor: Supervisor) -> RecordingChild:
    assert isinstance(supervisor.loop, RecordingChild)
    return supervisor.loop


def test_each_request_to_stop_is_a_step_further(
    supervisor: Supervisor, child: RecordingChild
) -> None:
    assert not supervisor.stopped
    steps = []
    for _ in range(4):
        supervisor.stop()
        assert supervisor.stopped
        steps.append(tuple(child.asked))
        child.asked.clear()
    asked = (RESUME, REQUEST)
    assert steps == [asked, (TERMINATE, *asked), (KILL, *asked), (KILL, *asked)]
    assert all(request == link_pb2.LoopRequest(stop=True) for request in child.requests)


def test_a_loop_that_does_not_take_the_request_is_asked_by_a_signal(
    supervisor: Supervisor, child: RecordingChild
) -> None:
    child.listens = False
    supervisor.stop()
    assert child.asked == [RESUME, REQUEST, TERMINATE]


def test_commands_are_numbered_on_from_those_of_the_scenario(
    supervisor: Supervisor, child: RecordingChild
) -> None:
    numbers = [supervisor.submit(command_pb2.Command(arm=command_pb2.Arm())) for _ in range(3)]
    assert numbers == [FIRST, FIRST + 1, FIRST + 2]
    assert [request.command.command_id for request in child.requests] == numbers
    assert {request.command.source for request in child.requests} == {"terminal"}


def test_a_command_that_is_not_taken_is_an_error_and_uses_no_number(
    supervisor: Supervisor, child: RecordingChild
) -> None:
    child.listens = False
    with pytest.raises(QikiError, match="not sent: the loop takes no commands"):
        supervisor.submit(command_pb2.Command(arm=command_pb2.Arm()))
    child.listens = True
    number = supervisor.submit(command_pb2.Command(arm=command_pb2.Arm()))
    assert number == FIRST


async def test_a_loop_that_was_asked_once_and_does_not_end_is_killed(
    supervisor: Supervisor, child: RecordingChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "STOP_GRACE_S", 0.2)
    running = asyncio.create_task(supervisor.run())
    await asyncio.sleep(0.4)
    assert child.asked == []  # nobody has asked: it has all the time it wants
    supervisor.stop()
    await asyncio.wait_for(running, 10.0)
    assert child.asked == [RESUME, REQUEST, KILL]
