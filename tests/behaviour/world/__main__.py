"""The worker: a JSON job a line on standard input, a JSON answer a line on standard output."""

import asyncio
import json
import sys
import warnings

from .comparing import compare
from .recording import SPECIAL
from .running import guard
from .standins import install


def main():
    """Answer jobs until the input ends."""
    # A coroutine that a program forgets is seen in its trace; the warning only adds noise.
    warnings.simplefilter("ignore")
    SPECIAL["CancelledError"] = asyncio.CancelledError
    sys.unraisablehook = lambda _: None
    install()
    guard()
    answers = sys.stdout
    for line in sys.stdin:
        job = json.loads(line)
        try:
            answer = perform_job(job)
        except SyntaxError as error:
            answer = {"error": f"does not compile: {error}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def perform_job(job):
    """Compare the two programs of one job."""
    report = compare(
        job["before"], job["after"], hazards=job["hazards"], budget=job.get("budget", 2000)
    )
    return {
        "runs": report.runs,
        "operations": report.operations,
        "failed": report.failed,
        "different": report.different,
        "signatures": dict(report.signatures),
        "shown": {hazard: render(one) for hazard, one in report.shown.items()},
        "unexplained": [render(one) for one in report.unexplained],
        "static": report.static,
    }


def render(difference):
    """One difference for a reader."""
    plan = [f"{key}: {effect}" for key, effect in difference.plan.effects]
    return {
        "entry": difference.entry,
        "plan": [*plan, "while handling another"] if difference.plan.outer else plan,
        "kinds": sorted(difference.kinds),
        "before": observed(difference.before),
        "after": observed(difference.after),
    }


def observed(outcome):
    """One outcome for a reader."""
    return {
        "trace": [f"{key}({', '.join(seen)})" if seen else key for key, seen in outcome.trace],
        "handled": [one for one in outcome.handled if one != "None"],
        "ending": " ".join(outcome.ending),
        "chain": [list(map(str, node)) for node in outcome.chain],
        "bindings": [f"{name} = {value}" for name, value in outcome.bindings],
        "state": list(outcome.state),
    }


if __name__ == "__main__":
    main()
