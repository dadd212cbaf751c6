"""A target is started, watched and ended, and leaves nothing behind, whoever is killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fakes.identities import AUTH_TOKENS
from harness.errors import MissingProgram, TargetError, UsageError
from harness.ports import Port
from harness.process import TargetProcess
from harness.target import CHECKOUT, Ready, Target, split_address
from tests.fakes.loopback import run

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
SERVE = textwrap.dedent("""
    import os, signal, socket, sys
    print("serving", flush=True)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(sys.argv[1])))
    if "fork" in sys.argv:
        told, tell = os.pipe()
        if os.fork() == 0:
            os.setsid()
            os.write(tell, b".")
            signal.pause()
        os.read(told, 1)
    listening.listen()
    status = "204" if "ready" in sys.argv else "503"
    while True:
        accepted, _ = listening.accept()
        if accepted.recv(4096):
            accepted.sendall(b"HTTP/1.1 %s Status\\r\\n\\r\\n" % status.encode())
        accepted.close()
""")
DIES = 'import sys\nfor n in range(30): print(f"line {n}")\nsys.exit("no {auth_1} here")\n'
SLEEPS = 'import time\nprint("waiting for godot", flush=True)\ntime.sleep(3600)\n'


def target(script: str, *words: str, **more: Any) -> Target:
    command = ("{python}", "-I", "-S", "{work}/target.py", "{port}", *words)
    return Target("odd", ("transparent",), command=command, files={"target.py": script}, **more)


@asynccontextmanager
async def started(one: Target) -> AsyncIterator[TargetProcess]:
    process = TargetProcess(one, "transparent", [("127.0.0.1", 9)], "")
    try:
        await process.start()
        yield process
    finally:
        await process.stop()


def pids(word: str) -> set[int]:
    """Processes whose command line holds the word."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.add(int(path.parent.name))
        except OSError:
            continue
    return found


def guard_of(process: TargetProcess) -> int:
    (guard,) = pids(str(process.work)) & pids("guard.py")
    return guard


def gone(word: str, seconds: float = 8) -> bool:
    """Wait until no process has the word in its command line."""
    end = time.monotonic() + seconds
    while pids(word) and time.monotonic() < end:
        time.sleep(0.005)
    return not pids(word)


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@linux
@pytest.mark.parametrize("words", [(), ("fork",)])
def test_a_stopped_target_leaves_no_process_port_or_directory(words: tuple[str, ...]) -> None:
    async def check() -> TargetProcess:
        async with started(target(SERVE, *words)) as process:
            assert process.alive
            mine = pids(str(process.work))
            assert len(mine) == 2 + len(words)  # guard, target, and what called setsid
            assert {os.getpgid(pid) for pid in mine}.isdisjoint({os.getpgid(0)})
            assert len({os.getpgid(pid) for pid in mine}) == len(mine)
            await asyncio.open_connection("127.0.0.1", process.port)
        return process

    process = run(check)
    assert not process.alive
    assert gone(str(process.work), 0)
    assert is_free(process.port)
    assert not process.work.exists()


@linux
@pytest.mark.parametrize("words", [(), ("fork",)])
def test_nothing_survives_the_run_that_is_killed(words: tuple[str, ...]) -> None:
    script = f"""
        import asyncio, sys
        from tests.harness.test_process import SERVE, target
        from harness.process import TargetProcess

        async def main():
            process = TargetProcess(target(SERVE, *{words}), "transparent", [("127.0.0.1", 9)], "")
            await process.start()
            print(process.work, process.port, flush=True)
            await asyncio.sleep(3600)

        asyncio.run(main())
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as parent:
        assert parent.stdout
        work, port = parent.stdout.readline().split()
        assert len(pids(work)) == 2 + len(words)
        parent.kill()
    assert gone(work)
    assert is_free(int(port))
    assert not Path(work).exists()


@linux
def test_a_target_dies_with_its_guard() -> None:
    async def check() -> TargetProcess:
        async with started(target(SERVE)) as process:
            os.kill(guard_of(process), signal.SIGKILL)
            assert await process.ends_within(8)
            assert gone(str(process.work))
        return process

    assert is_free(run(check).port)


@linux
def test_a_guard_that_is_terminated_takes_the_target_along() -> None:
    async def check() -> None:
        async with started(target(SERVE, "fork")) as process:
            os.kill(guard_of(process), signal.SIGTERM)
            assert await process.ends_within(8)
            assert gone(str(process.work), 0)

    run(check)


def test_ready_by_http_waits_for_2xx() -> None:
    async def check() -> None:
        asked = Ready(http="/ready", seconds=8)
        async with started(target(SERVE, "ready", ready=asked)) as process:
            assert process.new_lines() == ("serving",)
            assert process.new_lines() == ()

    run(check)


def refusal(one: Target) -> str:
    async def check() -> None:
        async with started(one):
            pass

    with pytest.raises(TargetError) as caught:
        run(check)
    return str(caught.value)


@pytest.mark.parametrize(
    ("script", "asked", "what"),
    [
        (SLEEPS, Ready(tcp=True, seconds=0.3), "no connection on port"),
        (SERVE, Ready(http="/up", seconds=0.3), "GET /up on port"),
    ],
    ids=["no_connection", "not_2xx"],
)
def test_a_target_that_does_not_get_ready_is_told_with_its_last_lines(
    script: str, asked: Ready, what: str
) -> None:
    text = refusal(target(script, ready=asked))
    first, *rest = text.split("\n")
    assert first.startswith("target odd was not ready after 0.3 s (" + what)
    assert rest in (["    waiting for godot"], ["    serving"])


def test_a_target_that_dies_at_once_is_told_with_status_and_last_lines() -> None:
    first, *rest = refusal(target(DIES)).split("\n")
    assert first == "target odd ended with exit status 1; its last lines:"
    assert rest[0] == "    line 19"
    assert len(rest) == 12


def test_last_lines_show_no_secret() -> None:
    text = refusal(target(DIES))
    assert AUTH_TOKENS[0] not in text
    assert "    no redacted-auth_token-" in text


def test_a_signal_that_ends_the_target_shows_in_its_status() -> None:
    text = refusal(target("import os\nos.kill(os.getpid(), 11)\n"))
    assert "ended with exit status 139; its last lines:\n    (none)" in text


def test_a_command_that_cannot_be_run_is_no_traceback(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/no/such/interpreter\n")
    program.chmod(0o755)
    text = refusal(Target("odd", ("transparent",), command=(str(program),)))
    assert text.endswith(f"    cannot run {program}: No such file or directory")


def test_a_missing_program_says_how_to_install_it() -> None:
    one = Target(
        "odd", ("transparent",), command=("no-such-program",), install={"debian": "odd-pkg"}
    )
    assert not one.installed()
    text = refusal(one)
    assert text == ("target odd: the program no-such-program is not installed (debian: odd-pkg)")
    process = TargetProcess(one, "transparent", [("127.0.0.1", 9)], "")
    with pytest.raises(MissingProgram):
        asyncio.run(process.start())
    assert not process.work.exists()


def test_log_lines_are_told_once_and_whole() -> None:
    async def check() -> None:
        async with started(target(SERVE)) as process:
            process.new_lines()
            with process.log_path.open("ab") as log:
                log.write(b"one\nsecond ha")
                log.flush()
                assert process.new_lines() == ("one",)
                log.write("lf \u00e9\n".encode())
                log.flush()
                assert process.new_lines() == ("second half \u00e9",)

    run(check)


def test_the_environment_of_a_target_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("MY_KEY", "sk-mine")
    script = "import os, sys\nsys.exit(','.join(sorted(os.environ)))\n"
    text = refusal(target(script))
    assert "PATH" in text
    assert "PYTHONPATH" not in text
    assert "MY_KEY" not in text


def test_a_port_is_free_and_has_one_owner() -> None:
    ports = [Port() for _ in range(20)]
    assert len({one.number for one in ports}) == 20
    assert all(is_free(one.number) for one in ports)
    for one in ports:
        one.release()


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:9000", ("127.0.0.1", 9000)), ("[::1]:80", ("::1", 80)), ("h:65535", ("h", 65535))],
)
def test_an_address_is_taken_apart(text: str, address: tuple[str, int]) -> None:
    assert split_address(text, "--upstream-bind") == address


@pytest.mark.parametrize(
    "text", ["", "9000", ":9000", "h:", "h:0", "h:65536", "h:x", "h:²", "h:-1", "h:" + "9" * 5000]
)
def test_a_bad_address_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--upstream-bind .*HOST:PORT is needed"):
        split_address(text, "--upstream-bind")
