"""The interpreters under test, and a worker process in each."""

import json
import os
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

VERSIONS = ("3.11", "3.12", "3.13")
REQUIRED = "LINT_EXITSTACK_REQUIRE_PYTHONS"
FOLDER = Path(__file__).resolve().parent
PATIENCE = 180  # seconds for one comparison
ROOT = FOLDER.parent.parent


class WorkerError(Exception):
    """A worker that died or did not answer in time."""


def find_interpreter(version):
    """A command that really runs this version: a version manager's shim may only say that it would."""
    for candidate in candidates(version):
        probe = "import sys; print('%d.%d' % sys.version_info[:2])"
        try:
            answer = subprocess.run(
                [candidate, "-c", probe], capture_output=True, text=True, timeout=30, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode == 0 and answer.stdout.strip() == version:
            return candidate
    return None


def candidates(version):
    """Where an interpreter of this version may be: on the path, or kept by pyenv."""
    yield f"python{version}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python{version}")))


def required_versions():
    """The versions that must be there, by the environment."""
    return tuple(os.environ.get(REQUIRED, "").replace(",", " ").split())


@dataclass(slots=True)
class Worker:
    """One interpreter that compares programs until it is closed."""

    version: str
    command: str
    process: subprocess.Popen | None = None
    runs: int = 0
    operations: int = 0
    failed: int = 0
    jobs: int = 0

    def compare(self, before, after, *, hazards=(), budget=2000):
        """Compare two programs in this interpreter."""
        self.post(before, after, hazards=hazards, budget=budget)
        return self.receive()

    def post(self, before, after, *, hazards=(), budget=2000):
        """Hand over one job, so that several interpreters can work on theirs at once."""
        job = {"before": before, "after": after, "hazards": list(hazards), "budget": budget}
        process = self.process or self.start()
        try:
            process.stdin.write(json.dumps(job) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            self.fail()

    def receive(self):
        """The answer to the job; a worker that does not answer in time is killed."""
        watch = threading.Timer(PATIENCE, self.process.kill)
        watch.start()
        line = self.process.stdout.readline()
        watch.cancel()
        if not line:
            self.fail()
        answer = json.loads(line)
        if "error" not in answer:
            self.jobs += 1
            self.runs += answer["runs"]
            self.operations += answer["operations"]
            self.failed += answer["failed"]
        return answer

    def fail(self):
        """The process is gone, or was killed for taking too long."""
        self.close()
        raise WorkerError(f"the worker of Python {self.version} did not answer")

    def start(self):
        """Start the process; programs find the project's own runtime on its path."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("PYTHONWARNINGS", None)
        self.process = subprocess.Popen(
            [self.command, "-X", "utf8", "-m", "world"],
            cwd=FOLDER,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self.process

    def close(self):
        """End the process."""
        process, self.process = self.process, None
        if process is None:
            return
        process.stdout.close()
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
