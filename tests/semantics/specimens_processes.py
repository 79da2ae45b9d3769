"""Specimens: processes, pools, channels, selectors; and what asyncio opens."""

import asyncio
import concurrent.futures
import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.dummy
import multiprocessing.managers
import multiprocessing.pool
import select
import selectors
import subprocess
import sys
import time

from specimens import Specimen, fails, in_thread, unreachable
from specimens_files import module


def child(lab):
    process = subprocess.Popen([sys.executable, "-Sc", ""], stdout=subprocess.PIPE)
    lab.later(process.wait)
    lab.later(process.stdout.close)
    return process


def managed(lab):
    return multiprocessing.Manager()


def worker(lab):
    process = multiprocessing.Process(target=time.sleep, args=(0.2,))
    process.start()
    lab.later(process.join)
    return process


def pool(make):
    def opens(lab):
        made = make()
        lab.later(made.join)
        lab.later(made.terminate)
        return made

    return Specimen(opens, lambda made: made._state != "RUN", effect=lambda made: made._state)


def executor(kind):
    """Its effect: whether the work was waited for."""

    def opens(lab):
        made = kind(1)
        WORK[id(made)] = made.submit(int)
        return made

    return Specimen(
        opens, fails(lambda made: made.submit(int)), effect=lambda made: WORK[id(made)].done()
    )


WORK = {}


def started(kind):
    def opens(lab):
        made = kind()
        made.start()
        return made

    return opens


def manager(opens):
    return Specimen(opens, lambda made: not made._process.is_alive())


def listener(lab):
    made = multiprocessing.connection.Listener()
    lab.later(made.close)
    return made


def connected(lab):
    server = listener(lab)
    accepted = []
    thread = in_thread(lab, lambda: accepted.append(server.accept()))
    made = multiprocessing.connection.Client(server.address)
    thread.join()
    lab.later(accepted[0].close)
    return made


PROCESSES = {
    "subprocess.Popen": Specimen(
        child,
        lambda process: process.returncode is not None,
        effect=lambda process: process.stdout.closed,
    ),
    "multiprocessing.Process": Specimen(worker, lambda process: not process.is_alive()),
    "multiprocessing.Pool": pool(lambda: multiprocessing.Pool(1)),
    "multiprocessing.pool.ThreadPool": pool(lambda: multiprocessing.pool.ThreadPool(1)),
    "multiprocessing.dummy.Pool": pool(lambda: multiprocessing.dummy.Pool(1)),
    "concurrent.futures.ThreadPoolExecutor": executor(concurrent.futures.ThreadPoolExecutor),
    "concurrent.futures.ProcessPoolExecutor": executor(concurrent.futures.ProcessPoolExecutor),
    "multiprocessing.Manager": manager(managed),
    "multiprocessing.managers.BaseManager": manager(started(multiprocessing.managers.BaseManager)),
    "multiprocessing.managers.SharedMemoryManager": manager(
        started(multiprocessing.managers.SharedMemoryManager)
    ),
    "multiprocessing.Queue": Specimen(
        lambda lab: multiprocessing.Queue(), fails(lambda queue: queue.put(1))
    ),
    "multiprocessing.JoinableQueue": Specimen(
        lambda lab: multiprocessing.JoinableQueue(), fails(lambda queue: queue.put(1))
    ),
    "multiprocessing.SimpleQueue": Specimen(
        lambda lab: multiprocessing.SimpleQueue(), lambda queue: queue._reader.closed
    ),
    "multiprocessing.connection.Client": Specimen(connected),
    "multiprocessing.connection.Listener": Specimen(
        lambda lab: multiprocessing.connection.Listener(), unreachable("_listener")
    ),
}
if hasattr(concurrent.futures, "InterpreterPoolExecutor"):
    PROCESSES["concurrent.futures.InterpreterPoolExecutor"] = executor(
        concurrent.futures.InterpreterPoolExecutor
    )
if interpreters := module("concurrent.interpreters"):
    PROCESSES["concurrent.interpreters.create"] = Specimen(
        lambda lab: interpreters.create(), lambda one: one not in interpreters.list_all()
    )

SELECTORS = {
    f"selectors.{name}": Specimen(
        lambda lab, name=name: getattr(selectors, name)(), lambda one: one.get_map() is None
    )
    for name in """DefaultSelector SelectSelector PollSelector EpollSelector DevpollSelector
    KqueueSelector""".split()
    if hasattr(selectors, name)
}
if hasattr(select, "epoll"):
    SELECTORS["select.epoll"] = Specimen(lambda lab: select.epoll())
for _name in ("kqueue", "devpoll"):
    if hasattr(select, _name):
        SELECTORS[f"select.{_name}"] = Specimen(lambda lab, name=_name: getattr(select, name)())


def started_runner(lab):
    runner = asyncio.Runner()
    runner.get_loop()
    return runner


LOOPS = {
    "asyncio.Runner": Specimen(started_runner, fails(lambda runner: runner.get_loop())),
    "asyncio.new_event_loop": Specimen(
        lambda lab: asyncio.new_event_loop(), lambda loop: loop.is_closed()
    ),
    "asyncio.SelectorEventLoop": Specimen(
        lambda lab: asyncio.SelectorEventLoop(), lambda loop: loop.is_closed()
    ),
}


SYNC = {**PROCESSES, **SELECTORS, **LOOPS}


async def serve(lab, unix=False):
    if unix:
        server = await asyncio.start_unix_server(hang_up, str(lab.folder / "s"))
    else:
        server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    WAITED[id(server)] = []
    wait_closed = server.wait_closed

    async def noticed():
        WAITED[id(server)].append(True)
        await wait_closed()

    server.wait_closed = noticed
    return server


async def hang_up(reader, writer):
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def writer(lab):
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    lab.later(server.close)
    _, made = await asyncio.open_connection(*server.sockets[0].getsockname())
    lab.later(made.close)
    return made


async def transport(lab):
    return (await writer(lab)).transport


async def datagrams(lab):
    loop = asyncio.get_running_loop()
    made, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
    )
    lab.later(made.close)
    return made


async def subprocess_transport(lab):
    loop = asyncio.get_running_loop()
    made, _ = await loop.subprocess_exec(asyncio.SubprocessProtocol, "sleep", "9")
    return made


async def asleep(lab, shell=False):
    if shell:
        process = await asyncio.create_subprocess_shell("sleep 9")
    else:
        process = await asyncio.create_subprocess_exec("sleep", "9")
    return process


def gone(process):
    return process.returncode is not None


WAITED = {}
ASYNC = {
    "asyncio.start_server": Specimen(
        serve, lambda server: not server.is_serving(), effect=lambda server: WAITED[id(server)]
    ),
    "asyncio.start_unix_server": Specimen(
        lambda lab: serve(lab, unix=True),
        lambda server: not server.is_serving(),
        effect=lambda server: WAITED[id(server)],
    ),
    "asyncio.StreamWriter": Specimen(writer, lambda made: made.is_closing()),
    "asyncio.Transport": Specimen(transport, lambda made: made.is_closing()),
    "asyncio.DatagramTransport": Specimen(datagrams, lambda made: made.is_closing()),
    "asyncio.SubprocessTransport": Specimen(
        subprocess_transport, lambda made: made.get_returncode() is not None
    ),
    "asyncio.create_subprocess_exec": Specimen(asleep, gone),
    "asyncio.create_subprocess_shell": Specimen(lambda lab: asleep(lab, shell=True), gone),
}
