"""From a change in the editor to its diagnostics: our server and ruff's, over the same pipes.

python benchmarks/server_latency.py [CHANGES]     default: 30 changes of each file

Files of 2,000 and 10,000 lines are made of modules of the standard library. Every round changes
one line in the middle and waits for the diagnostics of that version; both servers take turns, so
that whatever else the machine does hits both. "typing" sends changes 30 ms apart and measures from
the last one; "an import" changes one in the first line, on which everything may depend.
"""

from __future__ import annotations

import ast
import contextlib
import json
import queue
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

LINES = (2_000, 10_000)
MODULES = ("typing", "argparse", "inspect", "tarfile", "subprocess", "zipfile")
PAUSE = 0.4
SERVERS = {
    "ours": [sys.executable, "-m", "lint_exitstack", "server"],
    "ruff": [str(Path(sys.executable).with_name("ruff")), "server"],
}
PUBLISHED = "textDocument/publishDiagnostics"


class Client:
    """The least that a server needs to be talked to."""

    def __init__(self, command, folder):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self.answers = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        root = Path(folder).as_uri()
        self.send(
            "initialize",
            {"processId": None, "rootUri": root, "capabilities": capabilities},
            number=1,
        )
        self.wait(lambda message: message.get("id") == 1)
        self.send("initialized", {})

    def read(self):
        stream = self.process.stdout
        while head := stream.readline():
            length = 0
            while head.strip():
                if head.lower().startswith(b"content-length"):
                    length = int(head.split(b":")[1])
                head = stream.readline()
            self.answers.put((json.loads(stream.read(length)), time.perf_counter()))

    def send(self, method, params, number=None):
        message = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else message | {"id": number}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def wait(self, wanted):
        while True:
            message, moment = self.answers.get(timeout=60)
            if wanted(message):
                return message, moment


class Session:
    """One file open in one server."""

    def __init__(self, command, path):
        self.client = Client(command, path.parent)
        self.uri, self.version = path.as_uri(), 1
        text = path.read_text()
        self.line = text.count("\n") // 2
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        self.client.send("textDocument/didOpen", {"textDocument": item})
        self.found = len(self.diagnostics()[0]["params"]["diagnostics"])

    def diagnostics(self):
        def wanted(message):
            params = message.get("params", {})
            return message.get("method") == PUBLISHED and params.get("version") == self.version

        return self.client.wait(wanted)

    def change(self, line=None, text="# typed\n"):
        """Put `text` into a line of its own (in the middle), or take it away again."""
        self.version += 1
        adding = self.version % 2 == 0
        line = self.line if line is None else line
        start, end = {"line": line, "character": 0}, {"line": line, "character": 0}
        if not adding:
            end["line"] += 1
        change = {"range": {"start": start, "end": end}, "text": text if adding else ""}
        name = {"uri": self.uri, "version": self.version}
        started = time.perf_counter()
        self.client.send(
            "textDocument/didChange", {"textDocument": name, "contentChanges": [change]}
        )
        return started

    def one(self):
        time.sleep(PAUSE)
        started = self.change()
        return self.diagnostics()[1] - started

    def imported(self):
        time.sleep(PAUSE)
        started = self.change(0, "from contextlib import suppress, closing\n")
        return self.diagnostics()[1] - started

    def burst(self):
        time.sleep(PAUSE)
        for _ in range(7):
            self.change()
            time.sleep(0.03)
        started = self.change()
        return self.diagnostics()[1] - started


MEASURES = {"one change": Session.one, "typing": Session.burst, "an import": Session.imported}


def make_file(folder, lines):
    library = Path(sysconfig.get_path("stdlib"))
    text = "\n".join((library / f"{name}.py").read_text() for name in MODULES)
    rows = text.split("\n")
    # The longest start that is whole.
    for count in range(lines, 0, -1):
        with contextlib.suppress(SyntaxError):
            ast.parse("\n".join(rows[:count]))
            break
    path = Path(folder, f"lines_{lines}.py")
    path.write_text("\n".join(rows[:count]) + "\n")
    return path


def main():
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    print(f"{'':26}{'server':6}{'median':>10}{'fastest':>10}{'findings':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for lines in LINES:
            path = make_file(folder, lines)
            sessions = {name: Session(command, path) for name, command in SERVERS.items()}
            for label, measure in MEASURES.items():
                times = {name: [] for name in sessions}
                for _ in range(changes):
                    for name, session in sessions.items():
                        times[name].append(measure(session))
                report(f"{lines:,} lines, {label}", sessions, times)
            for session in sessions.values():
                session.client.process.kill()


def report(label, sessions, times):
    medians = {name: statistics.median(values) * 1000 for name, values in times.items()}
    for name, values in times.items():
        fastest, found = min(values) * 1000, sessions[name].found
        print(f"{label:26}{name:6}{medians[name]:7.1f} ms{fastest:7.1f} ms{found:10}")
    print(f"{'':26}ours / ruff: {medians['ours'] / medians['ruff']:.1f}")


if __name__ == "__main__":
    main()
