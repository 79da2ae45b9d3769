"""A module that knows who asks: every way from one top-level statement to another is watched."""

from __future__ import annotations

import ast
import contextlib
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from lint_exitstack.incremental.parts import Part, nodes_in
from lint_exitstack.semantics.bindings import Bindings, imports_among
from lint_exitstack.semantics.module import Module
from lint_exitstack.semantics.parents import Parents, parents_in
from lint_exitstack.semantics.scopes import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lint_exitstack.incremental.parts import Answer
    from lint_exitstack.semantics.scopes import Event


class WatchedModule(Module):
    """Parts that come and go, and the one for which rules ask just now, if any: `reader`."""

    def __init__(self) -> None:
        body = WatchedBody(self.look_around, self.look_beside)
        super().__init__(ast.Module(body, []))
        self.body = body
        self._neighbours: list[Part] = []
        self.reader: Part | None = None
        self.parts: list[Part] = []
        self.names = WatchedBindings(self)
        self.nodes = WatchedParents(self.tree)

    @property
    def bindings(self) -> Bindings:
        return self.names

    @property
    def parents(self) -> Parents:
        return self.nodes

    def replace(
        self, gone: Sequence[Part], new: Sequence[Part], parts: list[Part], touched: bytes = b""
    ) -> None:
        """Take `new` for `gone`; `parts` are all there are now, `touched` is what they stand in."""
        for part in gone:
            self.names.drop(part)
            self.nodes.drop(part)
        for part in new:
            self.names.read(part)
            self.nodes.read(part)
        self.parts = parts
        self._said = {word: found for word, found in self._said.items() if word not in touched}
        self.body.fill([node for part in parts for node in part.nodes])
        self.names.join()
        self.names.forget({name for part in (*gone, *new) for name in part.mentioned()})

    def read_by(self, number: int, index: int) -> None:
        """Let part `number`, whose first statement is the one at `index`, be the reader."""
        before, behind = (
            self.parts[max(number - 1, 0) : number],
            self.parts[number + 1 : number + 2],
        )
        self.reader, self._neighbours = self.parts[number], [*before, *behind]
        start = index - sum(len(part.nodes) for part in before)
        stop = index + sum(len(part.nodes) for part in (self.reader, *behind))
        self.body.near = range(start, stop)

    def look_beside(self) -> None:
        """Have the parts in place that the reader may look at: those beside a change are stale."""
        for part in self._neighbours:
            part.settle()

    def look_around(self) -> None:
        """Note that the reader looks at the statements themselves: they must be in place."""
        if self.reader is not None and not self.reader.wide:
            self.reader.wide = True
            for part in self.parts:
                part.settle()

    def uses(self, attribute: str) -> Sequence[ast.Attribute]:
        self.note("uses", attribute)
        found: list[ast.Attribute] = []
        for part in self.parts:
            here = part.uses().places.get(attribute)
            if here:
                part.settle()
                found += here
        return found

    def has_string(self, text: str) -> bool:
        self.note("strings", text)
        return any(text in part.uses().strings for part in self.parts)

    def says(self, word: bytes, data: bytes) -> bool:
        found = super().says(word, data)
        self.note("says", word.decode(), found)
        return found

    @contextlib.contextmanager
    def unseen(self) -> Iterator[None]:
        """Let what happens now be no business of the reader's."""
        reader, self.reader = self.reader, None
        try:
            yield
        finally:
            self.reader = reader

    def note(self, kind: str, name: str, answer: Answer = None) -> None:
        if self.reader is not None:
            self.reader.asked[kind, name] = answer


class WatchedBody(list[ast.stmt]):
    """The statements of the module; who looks at them may see anything."""

    def __init__(self, look: Callable[[], None], look_beside: Callable[[], None]) -> None:
        super().__init__()
        self.near = range(0)
        self._look = look
        self._look_beside = look_beside

    def fill(self, statements: list[ast.stmt]) -> None:
        super().__setitem__(slice(None), statements)

    def __iter__(self) -> Iterator[ast.stmt]:
        self._look()
        return super().__iter__()

    def __reversed__(self) -> Iterator[ast.stmt]:
        self._look()
        return super().__reversed__()

    def __len__(self) -> int:
        self._look()
        return super().__len__()

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> ast.stmt: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[ast.stmt]: ...
    def __getitem__(self, index: Any, /) -> Any:
        if isinstance(index, int) and index in self.near:
            self._look_beside()
        else:
            self._look()
        return super().__getitem__(index)

    def __contains__(self, node: object, /) -> bool:
        self._look()
        return super().__contains__(node)

    def __add__(self, other: Any, /) -> Any:
        self._look()
        return super().__add__(other)

    def index(self, *wanted: Any) -> int:
        self._look()
        return super().index(*wanted)

    def copy(self) -> list[ast.stmt]:
        self._look()
        return super().copy()


class WatchedScope(Scope):
    """The scope of the module; who reads its tables may learn anything."""

    def __init__(self, module: WatchedModule) -> None:
        self._tables: dict[str, Any] = {}
        self._module = module
        super().__init__(module.tree, None)

    def __getattribute__(self, name: str) -> Any:
        if name in _TABLES:
            object.__getattribute__(self, "_module").look_around()
        return super().__getattribute__(name)


_TABLES = frozenset({"events", "bound", "declared", "children", "subtree"})


class WatchedBindings(Bindings):
    """Bindings whose facts come from parts, and which note what is asked of the module."""

    def __init__(self, watched: WatchedModule) -> None:
        super().__init__(ast.Module([], []))
        self._watched = watched
        self.module = WatchedScope(watched)
        self.scopes = {watched.tree: self.module}
        self._homes: dict[object, Part] = {}
        self._imports: list[ast.Import | ast.ImportFrom] = []
        self._importing: list[Part] = []
        self._starring: list[Part] = []

    def read(self, part: Part) -> None:
        """Learn what a part does to names."""
        part.read(self.module)
        self.scopes.update(part.facts.scopes)
        self.values.update(part.facts.values)
        for name, scopes in part.facts.naming.items():
            self._naming.setdefault(name, []).extend(scopes)
        self._homes.update(dict.fromkeys(part.children, part))
        self._homes.update((event.node, part) for row in part.events.values() for event in row)

    def drop(self, part: Part) -> None:
        """Forget a part."""
        for node in part.facts.scopes:
            del self.scopes[node]
        for node in part.facts.values:
            del self.values[node]
        for name, scopes in part.facts.naming.items():
            gone = set(scopes)
            self._naming[name] = [scope for scope in self._naming[name] if scope not in gone]
            if not self._naming[name]:
                del self._naming[name]
        for key in (*part.children, *(e.node for row in part.events.values() for e in row)):
            self._homes.pop(key, None)

    def join(self) -> None:
        """Make the scope of the module out of the parts, in the order of one pass over all."""
        module, parts = self.module, self._watched.parts
        module.events, module.bound, module.declared, module.children = {}, set(), {}, []
        events, bound = module.events, module.bound
        for part in reversed(parts):
            for name, row in part.events.items():
                events.setdefault(name, []).extend(row)
            bound |= part.bound
            module.declared.update(part.declared)
            module.children.extend(part.children)
        self._importing = [part for part in parts if imports_among(part.nodes)]
        self._imports = [node for part in self._importing for node in imports_among(part.nodes)]
        self._starring = [part for part in parts if part.facts.star_imports]
        self._star_imports = [node for part in self._starring for node in part.facts.star_imports]

    def forget(self, names: set[str]) -> None:
        """Forget what was answered about variables of functions, and about these of the module."""
        for table in (self._events, self._changes):
            for key in [key for key in table if key[0] is not self.module or key[1] in names]:
                del table[key]

    def is_bound(self, name: str) -> bool:
        with self._watched.unseen():
            found = super().is_bound(name)
        self._watched.note("owner", name, found)
        return found

    def owner(self, scope: Scope, name: str) -> Scope | None:
        with self._watched.unseen():
            found = super().owner(scope, name)
        if found is None or found is self.module:
            self.is_bound(name)
        return found

    def events(self, owner: Scope, name: str) -> list[Event]:
        with self._watched.unseen():
            found = super().events(owner, name)
        return self._shown("events", owner, name, found)

    def changes(self, owner: Scope, name: str) -> list[Event]:
        with self._watched.unseen():
            found = super().changes(owner, name)
        return self._shown("changes", owner, name, found)

    def bound_on(self, lines: range, scope: Scope) -> dict[str, Event]:
        reader = self._watched.reader
        if scope is not self.module or reader is None:
            return super().bound_on(lines, scope)
        # A rule asks it of a statement that it looks at, which is a part's own affair.
        return self._first_on(lines, reader.events)

    def _shown(self, kind: str, owner: Scope, name: str, events: list[Event]) -> list[Event]:
        if owner is self.module and self._watched.reader is not None:
            self._watched.note(kind, name)
            for event in events:
                self._home(event).settle()
        return events

    def _by_place(self, events: list[Event]) -> list[Event]:
        # Some may still be where they were before lines were added above them.
        for event in events:
            self._home(event).settle()
        return super()._by_place(events)

    def _home(self, event: Event) -> Part:
        key: object = event.node
        scope: Scope = event.origin
        while scope.parent is not None:
            key, scope = scope, scope.parent
        return self._homes[key]

    def imported(self, owner: Scope, name: str) -> frozenset[str | None]:
        with self._watched.unseen():
            found = super().imported(owner, name)
        if owner is self.module:
            self._watched.note("imported", name, found)
        return found

    def mentions(self, scope: Scope, name: str) -> bool:
        if scope is self.module:
            self._watched.note("mentions", name)
        with self._watched.unseen():
            return super().mentions(scope, name)

    def escapes(self, name: str) -> bool:
        self._watched.note("mentions", name)
        with self._watched.unseen():
            return super().escapes(name)

    @property
    def star_imports(self) -> Sequence[ast.ImportFrom]:
        self._watched.note("stars", "")
        for part in self._starring:
            part.settle()
        return self._star_imports

    @property
    def top_level_imports(self) -> Sequence[ast.Import | ast.ImportFrom]:
        self._watched.note("imports", "")
        for part in self._importing:
            part.settle()
        return self._imports

    def around(self, event: Event) -> Sequence[ast.stmt]:
        return self._home(event).nodes


class WatchedParents(Parents):
    """The parents of nodes, a part at a time, and not before somebody asks."""

    def __init__(self, tree: ast.Module) -> None:
        super().__init__(ast.Module([], []))
        self._tree = tree
        self._unread: list[Part] = []

    def read(self, part: Part) -> None:
        """Take a part."""
        self._unread.append(part)

    def drop(self, part: Part) -> None:
        """Forget a part."""
        if part in self._unread:
            self._unread.remove(part)
            return
        for node in nodes_in(part.nodes):
            self._of.pop(node, None)

    def of(self, node: ast.AST) -> ast.AST | None:
        found = self._of.get(node)
        if found is None and self._unread and node is not self._tree:
            for part in self._unread:
                self._of.update(parents_in(part.nodes, self._tree))
            self._unread.clear()
            found = self._of.get(node)
        return found
