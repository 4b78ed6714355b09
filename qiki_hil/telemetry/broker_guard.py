"""Runs a program that ends when its starter ends, also when that is killed. Run as a script:

    python broker_guard.py STOP_TIMEOUT_S PROGRAM ARGUMENT...

The starter holds the other end of stdin. The end of that pipe, by intent or because the starter
was killed, ends the program: terminate, then kill. Should this guard itself be killed, the kernel
kills the program (PR_SET_PDEATHSIG, reliable here because the guard has a single thread; in the
starter it would follow the thread that forked). Only the standard library, so that it starts fast.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1


def main(stop_timeout_s: float, command: list[str]) -> int:
    """Exit code of the program."""
    guard_pid = os.getpid()
    prctl = ctypes.CDLL(None).prctl  # looked up before the fork, where little is allowed

    def die_with_guard() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard_pid:  # the guard died before the line above
            os._exit(1)

    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=die_with_guard)
    ended = os.pidfd_open(program.pid)
    readable, _, _ = select.select([sys.stdin, ended], [], [])
    if ended not in readable:
        stop(program, stop_timeout_s)
    return program.wait()


def stop(program: subprocess.Popen[bytes], timeout_s: float) -> None:
    # A stopped program could not act on the request to terminate.
    program.send_signal(signal.SIGCONT)
    program.terminate()
    try:
        program.wait(timeout_s)
    except subprocess.TimeoutExpired:
        program.kill()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2:]))
