"""The server as a process: what it writes where, how it ends, what it needs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from client_samples import NEST
from server_client import COMMAND

INITIALIZE = {"processId": None, "rootUri": None, "capabilities": {}}


def framed(*messages):
    bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
    return b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies)


def unframed(data):
    """Read messages; anything between them is an error."""
    messages = []
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        name, _, length = head.split(b"\r\n")[0].partition(b": ")
        assert name == b"Content-Length", head
        messages.append(json.loads(rest[: int(length)]))
        data = rest[int(length) :]
    return messages


def opening(path, text):
    item = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
    return {"method": "textDocument/didOpen", "params": {"textDocument": item}}


def session(path, text):
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    asked = {
        "textDocument": {"uri": path.as_uri()},
        "range": place,
        "context": {"diagnostics": []},
    }
    return [
        {"id": 1, "method": "initialize", "params": INITIALIZE},
        {"method": "initialized", "params": {}},
        opening(path, text),
        {"id": 2, "method": "textDocument/codeAction", "params": asked},
    ]


def serve(messages, *options):
    """Talk to a server whose input then ends."""
    command = [*COMMAND, *options]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdin.write(framed(*messages))
        process.stdin.flush()
        answers = []
        while {1, 2} - {answer.get("id") for answer in answers}:
            answers += unframed(one_message(process.stdout))
        rest, said = process.communicate(timeout=60)
    return answers + unframed(rest), said.decode(), process.returncode


def one_message(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += stream.readline()
    length = int(head.split(b"\r\n")[0].partition(b": ")[2])
    return head + stream.read(length)


def test_nothing_but_the_protocol_and_no_code_is_run(tmp_path):
    mark = tmp_path / "was-run"
    text = f"import pathlib\n\npathlib.Path({str(mark)!r}).touch()\nprint('ran')\n{NEST}"
    (tmp_path / "pathlib.py").write_text(f"open({str(mark)!r}, 'w')")
    path = tmp_path / "a.py"
    path.write_text(text)
    answers, said, _ = serve(session(path, text), "--stdio")
    assert [answer["id"] for answer in answers if "id" in answer] == [1, 2]
    assert not mark.exists()
    assert "ran" not in said


def test_the_server_ends_with_its_input(tmp_path):
    answers, said, status = serve(session(tmp_path / "a.py", NEST))
    assert status == 0
    assert "Traceback" not in said
    (actions,) = [answer["result"] for answer in answers if answer.get("id") == 2]
    assert actions[0]["title"] == "XIT101: with a, b:"


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_server_ends_on_a_signal(number):
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdin.write(framed({"id": 1, "method": "initialize", "params": INITIALIZE}))
        process.stdin.flush()
        assert process.stdout.readline().startswith(b"Content-Length")
        process.send_signal(number)
        assert process.wait(timeout=60) == 128 + number
        assert process.stderr.read() == b""


def test_without_pygls_the_way_to_it_is_named(tmp_path):
    (tmp_path / "hidden.py").write_text(
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "def without(name, *rest):\n"
        "    return None if name == 'pygls' else find(name, *rest)\n"
        "importlib.util.find_spec = without\n"
        "from lint_exitstack.clients.cli import main\n"
        "sys.exit(main(['server']))\n"
    )
    command = [sys.executable, str(tmp_path / "hidden.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert 'pip install "lint-exitstack[server]"' in done.stderr


@pytest.mark.parametrize("option", ["--help", "--port=1"])
def test_the_command_line_of_the_server(option):
    done = subprocess.run([*COMMAND, option], capture_output=True, text=True, check=False)
    assert done.returncode == (0 if option == "--help" else 2)
