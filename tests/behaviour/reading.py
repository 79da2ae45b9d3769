"""Words for people: what a comparison found, and how to keep it."""

from difflib import unified_diff


def describe(rewritten, version, answer):
    """The programs, the runs that differ, and where."""
    parts = [
        f"Python {version}: {answer['different']} of {answer['runs'] // 2} runs differ",
        f"hazards named: {', '.join(rewritten.hazards()) or 'none'}",
        *map(str, answer["static"]),
        "",
        *unified_diff(rewritten.before.splitlines(), rewritten.after.splitlines(), lineterm=""),
    ]
    for difference in answer["unexplained"]:
        parts += ["", *describe_difference(difference)]
    return "\n".join(parts)


def describe_difference(difference):
    """One run."""
    yield f"{difference['entry']}, with {'; '.join(difference['plan']) or 'no failure'}:"
    for kind in difference["kinds"]:
        yield f"  {kind} before: {difference['before'][kind]}"
        yield f"  {kind} after:  {difference['after'][kind]}"
    if "trace" not in difference["kinds"]:
        yield f"  trace: {difference['before']['trace']}"


def keep(folder, source):
    """Save a counterexample; return the commands that show it and that make it a fixture."""
    number = sum(ord(char) * (index + 1) for index, char in enumerate(source)) % 0xFFFFFF
    path = folder / f"counterexample_{number:06x}.py"
    path.write_bytes(source.encode())
    return "\n".join(
        [
            f"explain: python -m tests.behaviour.explain {path}",
            f"keep:    cp {path} fixtures/<CODE>/behaviour/<what-it-shows>.py",
            "         and put `# oracle: safe` (or unsafe HAZARD, or none) at its head",
        ]
    )
