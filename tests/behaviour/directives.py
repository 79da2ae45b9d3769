"""Behaviour fixtures: where they are, and what the comments at their head say of them."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lint_exitstack.settings import Settings

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
DIRECTIVE = re.compile(r"# oracle: (?P<word>\w+)[ \t]*(?P<rest>.*)")
WORDS = frozenset({"safe", "unsafe", "none", "settings", "unseen", "budget"})


class DirectiveError(ValueError):
    """A fixture whose directives say nothing that the oracle understands."""


@dataclass(frozen=True)
class BehaviourFixture:
    """One fixture file; its folder names the rule that it is about."""

    path: Path

    @property
    def id(self):
        return f"{self.code}/{self.path.stem}"

    @property
    def code(self):
        return self.path.parent.parent.name

    @cached_property
    def text(self):
        return self.path.read_bytes().decode()

    @cached_property
    def directives(self):
        found = [match.group("word", "rest") for match in DIRECTIVE.finditer(self.text)]
        unknown = {word for word, _ in found} - WORDS
        verdicts = [word for word, _ in found if word in {"safe", "unsafe", "none"}]
        if unknown or len(verdicts) != 1:
            raise DirectiveError(
                f"{self.id}: one of safe, unsafe and none; not {unknown or verdicts}"
            )
        return tuple(found)

    def rest(self, word):
        """What follows a word, a line each."""
        return [rest.strip() for found, rest in self.directives if found == word]

    @property
    def verdict(self):
        return next(word for word, _ in self.directives if word in {"safe", "unsafe", "none"})

    @property
    def hazards(self):
        """The hazards that the unsafe fix must name."""
        return tuple(
            name for rest in self.rest("unsafe") for name in re.split(r"[,\s]+", rest) if name
        )

    @property
    def unseen(self):
        """Hazards that no run of this fixture can show, and why."""
        pairs = [rest.partition(":")[::2] for rest in self.rest("unseen")]
        if not all(reason.strip() for _, reason in pairs):
            raise DirectiveError(f"{self.id}: 'unseen' needs a reason")
        return {name.strip(): reason.strip() for name, reason in pairs}

    @property
    def budget(self):
        return int(next(iter(self.rest("budget")), "1500"))

    @property
    def settings(self):
        given = {"select": (self.code,), "target_version": (3, 11)}
        for rest in self.rest("settings"):
            call = ast.parse(f"f({rest})", mode="eval").body
            given.update(
                {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
            )
        return Settings(**given)

    def runs_on(self, version):
        """Does the result promise anything to this version?"""
        pair = tuple(int(part) for part in version.split("."))
        settings = self.settings
        below = settings.target_below is None or pair < settings.target_below
        return pair >= settings.target_version and below


def behaviour_fixtures():
    """All fixtures, in a fixed order."""
    return tuple(BehaviourFixture(path) for path in sorted(FIXTURES.glob("XIT*/behaviour/*.py")))
