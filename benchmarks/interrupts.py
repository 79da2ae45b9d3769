"""Stops real runs of `check --fix` at random moments and looks at what they leave behind.

    python benchmarks/interrupts.py [--runs 50] [--files 300]

For each signal and number of processes: how many runs were hit before they were done, how long
the program took to end, and everything that is wrong afterwards: files that are neither old nor
new, files that are left over, processes that are, tracebacks, other exit codes than 128 + signal.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = [sys.executable, "-m", "lint_exitstack", "check", "--isolated", "--fix", "-q"]
PIECE = "with a{0}:\n    with b{0}:\n        pass\n"


def text_of(number: int) -> str:
    return "".join(PIECE.format(f"_{number}_{row}") for row in range(number % 8 + 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--files", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only-parent", action="store_true", help="not the whole process group")
    options = parser.parse_args()
    random.seed(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        old = {f"f{number:04}.py": text_of(number) for number in range(options.files)}
        write(folder, old)
        started = time.perf_counter()
        subprocess.run([*PROGRAM, "."], cwd=folder, check=True)
        whole = time.perf_counter() - started
        new = {path.name: path.read_text() for path in folder.iterdir()}
        print(f"{len(old)} files, {whole:.1f} s undisturbed")
        for number in (signal.SIGINT, signal.SIGTERM):
            for jobs in (1, 2):
                rows = [
                    one(folder, old, new, number, jobs, whole, options) for _ in range(options.runs)
                ]
                report(number, jobs, [row for row in rows if row is not None], options.runs)


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).write_text(text)


def one(folder, old, new, number, jobs, whole, options) -> float | None:
    write(folder, old)
    command = [*PROGRAM, "-j", str(jobs), "."]
    running = subprocess.Popen(
        command, cwd=folder, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    time.sleep(0.1 + random.random() * whole)
    sent = time.perf_counter()
    with contextlib.suppress(ProcessLookupError):
        (os.kill if options.only_parent else os.killpg)(running.pid, number)
    _, said = running.communicate(timeout=60)
    took = time.perf_counter() - sent
    if running.returncode == 0:
        return None
    if running.returncode != 128 + number or said.count("\n") != 1:
        print(f"  exit code {running.returncode}, said: {said!r}")
    texts = {path.name: path.read_text() for path in folder.iterdir()}
    for name in texts.keys() | old.keys():
        if texts.get(name) not in (old.get(name), new.get(name)):
            print(f"  wrong: {name}")
    if left := processes_of(running.pid):
        print(f"  still running: {left}")
    return took


def processes_of(session: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def report(number: signal.Signals, jobs: int, took: list[float], runs: int) -> None:
    if not took:
        print(f"{number.name} -j {jobs}: all {runs} runs were done before")
        return
    milliseconds = sorted(1000 * value for value in took)
    print(
        f"{number.name} -j {jobs}: {len(took)} of {runs} runs hit; ended within "
        f"{statistics.median(milliseconds):.0f} ms (median), {milliseconds[-1]:.0f} ms (worst)"
    )


if __name__ == "__main__":
    main()
