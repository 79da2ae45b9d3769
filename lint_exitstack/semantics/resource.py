"""What the catalogue says about a resource: how it is closed by hand, what its `with` does."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Version = tuple[int, int]


class Exit(enum.Enum):
    """What leaving the `with` does, measured by the closing method."""

    SAME = "same"
    DIFFERS = "differs"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Resource:
    """What a callable returns, seen as something that must be closed."""

    name: str
    kind: str
    closes: tuple[str, ...]
    """Methods that release it by hand, the usual one first."""
    exit: Exit = Exit.SAME
    """Measured by the usual closing method, called without arguments."""
    exit_note: str = ""
    """One sentence for users; never empty where `exit` is DIFFERS."""
    same_as: tuple[str, ...] = ()
    """Closing methods that, called without arguments, do exactly what the exit does."""
    differs_with: tuple[str, ...] = ()
    """Keywords of the call with which even a SAME exit does something else: see `exit_note`."""
    is_async: bool = False
    """Its manager is entered by `async with`."""
    awaited_close: bool = False
    """The closing methods must be awaited."""
    awaited_open: bool = False
    """The resource is what `await name(...)` gives (for a lock: `acquire` must be awaited)."""
    enters_unawaited: bool = False
    """With `awaited_open`: the manager is the call itself, `async with name(...)`, no await."""
    binds_self: bool = True
    """`with ... as x` binds the resource itself."""
    binds_note: str = ""
    """What `x` is instead."""
    long_lived: bool = False
    """Usually kept as long as the process or its owner: leaving it open proves nothing."""
    is_lock: bool = False
    """Taken by `acquire()`, given back by the closing method."""
    reentrant: bool = False
    """A lock that its holder may take again."""
    since: Version | None = None
    """First Python version in which it is a context manager; None: every supported one."""
    until: Version | None = None
    """Last Python version that has the callable."""
    verified: bool = False
    """Seen by running it; otherwise taken from documentation, or from the user."""

    def exit_against(self, method: str, keywords: Iterable[str] = ()) -> Exit:
        """Say what the exit does, measured by this method called without arguments.

        `keywords` are those with which the resource was made.
        """
        if self.exit is Exit.NONE:
            return Exit.NONE
        if any(keyword in self.differs_with for keyword in keywords):
            return Exit.DIFFERS
        return Exit.SAME if method in self.same_as else Exit.DIFFERS
