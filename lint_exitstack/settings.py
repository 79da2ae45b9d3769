"""What the user chose, as one frozen value; and how it is read and checked."""

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


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides what is found and what is rewritten.

    `select` and the like hold codes, prefixes of codes, names or "ALL". `target_version` is the
    oldest Python that must run the result, `target_below` the first one that never will (None: no
    such limit).
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
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
    resources: dict[str, Resource] = field(default_factory=dict)
