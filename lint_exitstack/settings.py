"""What the user chose, as one frozen value; `settings_keys` reads and checks it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lint_exitstack.semantics.catalogue import Resource

# Versions as pairs compare as versions do. 3.10 is the oldest Python that the default assumes.
DEFAULT_TARGET = (3, 10)

# Nesting of these is deliberate; see rules.md "exempt-contexts". `raises`-like ones are in
# nested_with: they are exempt in one position only.
EXEMPT_CONTEXTS = (
    "asyncio.timeout",
    "asyncio.timeout_at",
    "async_timeout.timeout",
    "async_timeout.timeout_at",
    "anyio.CancelScope",
    "anyio.fail_after",
    "anyio.move_on_after",
    "trio.CancelScope",
    "trio.fail_after",
    "trio.fail_at",
    "trio.move_on_after",
    "trio.move_on_at",
)

# Folders that hold no code of the project's own. Names without wildcards match at any depth.
DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".lint_exitstack_cache",
    ".mypy_cache",
    ".nox",
    ".pyenv",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "_build",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what is found and what is rewritten.

    `select` and the like hold codes, prefixes of codes, names or "ALL"; no `fixable` means all.
    `{code}` and `{name}` in `rule_url` stand for those of a rule (empty: pages have no address).
    With `ignore_noqa` no comment suppresses anything. `target_version` is the
    oldest Python that must run the result, `target_below` the first one that never will (None: no
    such limit). No `cache_dir` means the usual one. Path patterns count from `root` (empty: they
    are compared with paths as given).
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    fixable: tuple[str, ...] = ()
    unfixable: tuple[str, ...] = ()
    extend_fixable: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    extend_per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    docs: bool = False
    docs_errors: bool = False
    target_version: tuple[int, int] = DEFAULT_TARGET
    target_below: tuple[int, int] | None = None
    line_length: int = 88
    exit_stack_depth: int = 4
    max_with_items: int = 8
    exempt_contexts: tuple[str, ...] = EXEMPT_CONTEXTS
    extend_exempt_contexts: tuple[str, ...] = ()
    accept_hazards: tuple[str, ...] = ()
    runtime: str = "contextlib"
    parenthesized_39: bool = False
    unguarded_restores: bool = False
    resources: dict[str, Resource] = field(default_factory=dict)
    rule_url: str = ""
    cache_dir: str = ""
    root: str = ""
    ignore_noqa: bool = False

    def page_of(self, code: str, name: str) -> str | None:
        """Return the address of the page of a rule, if the user has told where these are."""
        return self.rule_url.replace("{code}", code).replace("{name}", name) or None
