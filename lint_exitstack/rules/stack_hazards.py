"""What may differ once an exit stack does the work of nested statements."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from lint_exitstack.model.finding import Hazard
from lint_exitstack.rules.wording import short
from lint_exitstack.semantics.bindings import Act
from lint_exitstack.semantics.flow import jumps_out, nodes_in_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lint_exitstack.rules.context import Context, Place

_SEE_LOCALS = ("locals", "vars", "dir", "exec", "eval")


def stack_hazards(
    context: Context,
    body: Sequence[ast.stmt],
    exits: Sequence[ast.expr],
    swallowers: Sequence[ast.expr],
    *,
    is_async: bool = False,
) -> tuple[Hazard, ...]:
    """Return the hazards of doing `exits` through a stack around `body`.

    `swallowers` are the outer managers that aren't known to let every exception pass.
    """
    found = []
    if context.settings.runtime == "contextlib" and exits:
        found.append(
            Hazard(
                "exit-chain",
                "if an exit raises after a clean body, contextlib's stack drops earlier errors, "
                "and one being handled outside, from its context",
                context.source.span(exits[0]),
            )
        )
    elif is_async and len(exits) > 1:
        # An exception thrown into a coroutine gets its context where that coroutine handles one:
        # no stack, ours included, can be the user's own frame.
        found.append(
            Hazard(
                "exit-chain",
                "if an awaited exit is cancelled and a later one raises or swallows, the chain of "
                "contexts differs",
                context.source.span(exits[0]),
            )
        )
    jump = next((node for node in nodes_in_frame(body) if isinstance(node, ast.Return)), None)
    if swallowers and (jump is not None or jumps_out(body)):
        what = context.source.segment(swallowers[0])
        found.append(
            Hazard(
                "swallowed-exit",
                f"if `{short(what)}` swallows an error of a later exit, a jump out of the body "
                "goes on all the same",
                context.source.span(jump if jump is not None else swallowers[0]),
            )
        )
    return tuple(found)


def scope_hazards(context: Context, place: Place) -> tuple[Hazard, ...]:
    """Return what speaks against a new name in the scope of `place`."""
    if isinstance(place.frame, ast.ClassDef):
        message = "in a class body the stack would become an attribute"
        return (Hazard("class-body", message, context.source.span(place.node), forbids=True),)
    scope = context.scope(place)
    if scope.is_module:
        return ()
    for name in _SEE_LOCALS:
        for event in scope.events.get(name, ()):
            if event.act is Act.READ and context.bindings.owner(scope, name) is None:
                message = f"`{name}()` would see the new name"
                span = context.source.span(event.node)  # type: ignore[arg-type]  # a Name
                return (Hazard("public-name", message, span),)
    return ()
