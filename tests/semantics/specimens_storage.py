"""Specimens: log handlers, temporary things, shared memory, databases, exit stacks."""

# ruff: noqa: PTH110 - names are the witnesses

import contextlib
import io
import logging
import logging.handlers
import os
import queue
import sqlite3
import tempfile
from multiprocessing import shared_memory

from specimens import Specimen, fails

PATHS = {}


def handler(make):
    """A named handler is forgotten by the logging module once it's closed."""

    def opens(lab):
        made = make(lab)
        made.name = "specimen"
        lab.later(made.close)
        return made

    return Specimen(opens, lambda made: "specimen" not in logging._handlers)


on = logging.handlers
HANDLERS = {
    "logging.Handler": handler(lambda lab: logging.Handler()),
    "logging.StreamHandler": handler(lambda lab: logging.StreamHandler(io.StringIO())),
    "logging.FileHandler": handler(lambda lab: logging.FileHandler(lab.file())),
    "logging.handlers.RotatingFileHandler": handler(lambda lab: on.RotatingFileHandler(lab.file())),
    "logging.handlers.TimedRotatingFileHandler": handler(
        lambda lab: on.TimedRotatingFileHandler(lab.file())
    ),
    "logging.handlers.WatchedFileHandler": handler(lambda lab: on.WatchedFileHandler(lab.file())),
    "logging.handlers.SocketHandler": handler(lambda lab: on.SocketHandler("127.0.0.1", 9)),
    "logging.handlers.DatagramHandler": handler(lambda lab: on.DatagramHandler("127.0.0.1", 9)),
    "logging.handlers.MemoryHandler": handler(lambda lab: on.MemoryHandler(1)),
    "logging.handlers.QueueHandler": handler(lambda lab: on.QueueHandler(queue.Queue())),
    "logging.handlers.HTTPHandler": handler(lambda lab: on.HTTPHandler("127.0.0.1", "/")),
    "logging.handlers.SysLogHandler": handler(lambda lab: on.SysLogHandler(("127.0.0.1", 9))),
    "logging.handlers.SMTPHandler": handler(lambda lab: on.SMTPHandler("h", "a@b", ["c@d"], "s")),
}


def shared(lab):
    memory = shared_memory.SharedMemory(create=True, size=16)
    lab.later(memory.unlink)
    return memory


def spooled(lab):
    file = tempfile.SpooledTemporaryFile(max_size=1)
    file.write(b"more than fits")
    return file


TEMPORARY = {
    "tempfile.TemporaryFile": Specimen(lambda lab: tempfile.TemporaryFile()),
    "tempfile.NamedTemporaryFile": Specimen(
        lambda lab: tempfile.NamedTemporaryFile(), effect=lambda file: os.path.exists(file.name)
    ),
    "tempfile.SpooledTemporaryFile": Specimen(spooled),
    "tempfile.TemporaryDirectory": Specimen(
        lambda lab: tempfile.TemporaryDirectory(), lambda folder: not os.path.exists(folder.name)
    ),
    "multiprocessing.shared_memory.SharedMemory": Specimen(shared, fails(lambda one: one.buf[0])),
}


def connected(lab):
    path = str(lab.folder / "db")
    connection = sqlite3.connect(path)
    lab.later(connection.close)
    connection.execute("create table t (x)")
    connection.commit()
    PATHS[id(connection)] = path
    return connection


def rows_that_others_see(connection):
    with contextlib.closing(sqlite3.connect(PATHS[id(connection)])) as other:
        return other.execute("select count(*) from t").fetchone()[0]


def blob(lab):
    connection = connected(lab)
    connection.execute("insert into t values (x'00')")
    connection.commit()
    return connection.blobopen("t", "x", 1)


in_database = Specimen(
    connected,
    fails(lambda connection: connection.execute("select 1")),
    during=lambda connection: connection.execute("insert into t values (1)"),
    effect=rows_that_others_see,
)
of_cursor = Specimen(
    lambda lab: connected(lab).cursor(), fails(lambda cursor: cursor.execute("select 1"))
)
DATABASES = {
    "sqlite3.connect": in_database,
    "sqlite3.connect.cursor": of_cursor,
    "sqlite3.Connection.cursor": of_cursor,
}
of_blob = Specimen(blob, fails(lambda one: one.read()))
DATABASES |= {"sqlite3.connect.blobopen": of_blob, "sqlite3.Connection.blobopen": of_blob}


def stacked(kind, register):
    """Its effect: what the managers on the stack were told."""

    def opens(lab):
        stack = kind()
        SEEN[id(stack)] = []
        register(stack, SEEN[id(stack)])
        return stack

    return Specimen(
        opens, lambda stack: bool(SEEN[id(stack)]), effect=lambda stack: SEEN[id(stack)]
    )


def note_sync(stack, seen):
    stack.push(lambda kind, *_: seen.append(kind))


def note_async(stack, seen):
    async def note(kind, *_):
        seen.append(kind)

    stack.push_async_exit(note)


SEEN = {}
STACKS = {"contextlib.ExitStack": stacked(contextlib.ExitStack, note_sync)}
ASYNC_STACKS = {"contextlib.AsyncExitStack": stacked(contextlib.AsyncExitStack, note_async)}

SYNC = {**HANDLERS, **TEMPORARY, **DATABASES, **STACKS}
ASYNC = ASYNC_STACKS
