"""Rewrites programs with the package under test, and checks what holds whatever was rewritten."""

import io
import tokenize
from dataclasses import dataclass

from lint_exitstack import fix_source
from lint_exitstack.analysis import analyse
from lint_exitstack.fixing import edits_for_all
from lint_exitstack.model.source import Source

from .final_forms import carried_out

STEPS = 40


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A program after its fixes, and what they were."""

    before: str
    after: str
    applied: tuple
    complaints: tuple

    @property
    def changed(self):
        return self.before != self.after

    def codes(self):
        return tuple(sorted({finding.code for finding in self.applied}))

    def hazards(self):
        """The names of all hazards of what was applied, in order of appearance."""
        names = [hazard.name for finding in self.applied for hazard in finding.hazards]
        return tuple(dict.fromkeys(names))


def rewrite(source, settings, *, unsafe):
    """Fix a program as the command line would: bytes in, bytes out."""
    result = fix_source(source.encode(), path="program.py", settings=settings, unsafe=unsafe)
    after = result.source.decode()
    return Rewritten(
        source, after, result.applied, tuple(complaints(source, after, result, settings, unsafe))
    )


def complaints(before, after, result, settings, unsafe):
    """What is wrong with a rewrite without running it."""
    for failure in result.failures:
        where = f"{failure.finding.code} on line {failure.finding.line}"
        yield f"the guard {failure.guard!r} dropped {where}: {failure.detail}"
    try:
        compile(after, "<after>", "exec", dont_inherit=True)
    except SyntaxError as error:
        yield f"the result does not compile: {error}"
        return
    if comments(before) != comments(after):
        yield f"comments changed: {comments(before)} became {comments(after)}"
    if bool(result.applied) != (before != after):
        yield f"applied {[f.code for f in result.applied]}, but the text says otherwise"
    again = fix_source(after.encode(), path="program.py", settings=settings, unsafe=unsafe)
    if again.source.decode() != after:
        yield "a second run changes the result again"


def comments(source):
    """All comments, however they are ordered."""
    tokens = tokenize.generate_tokens(io.StringIO(source, newline="").readline)
    return sorted(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)


def one_at_a_time(source, settings):
    """Each fix of a program carried out alone, one after the other: with its own hazards only."""
    before = Source(source.encode(), "program.py")
    for _ in range(STEPS):
        found = analyse(before, settings)
        todo = [finding for finding in found if finding.rewrite is not None]
        edits = edits_for_all(before, todo, settings, found)
        step = next(((one, new) for one, new in zip(todo, edits, strict=True) if new), None)
        if step is None:
            return
        after = carried_out(before, step[1])
        yield Rewritten(before.text, after.text, (step[0],), ())
        before = after
