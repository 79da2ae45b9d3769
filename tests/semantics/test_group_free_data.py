"""The functions said to raise no exception group exist, and the ways in for user code are real."""

import inspect
import os
import shutil
import socket
import subprocess
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from dotted_names import find

import lint_exitstack.semantics
from lint_exitstack.semantics.catalogue import raises_no_group

FOLDER = Path(lint_exitstack.semantics.__file__).parent
TABLE = tomllib.loads((FOLDER / "group_free.toml").read_text())
NAMES = {owner: names.split() for owner, names in TABLE["names"].items()}
MODULES_ELSEWHERE = {"msvcrt", "winreg", "winsound", "crypt"}
NAMES_ELSEWHERE = {
    "sys": "_getframemodulename",
    "os": """chflags get_handle_inheritable lchflags lchmod listdrives listmounts listvolumes login_tty
        posix_openpt process_cpu_count set_handle_inheritable setns startfile unlockpt unshare""",
    "os.path": "isdevdrive isjunction isreserved splitroot",
    "pathlib.Path": "copy copy_into is_junction link_to move move_into",
    "queue.Queue": "shutdown",
    "select": "kqueue epoll",
    "selectors": "KqueueSelector",
    "locale": "getdefaultlocale",
    "socket.socket": "ioctl",
}
# The owner is a function, or keeps its methods on instances: these have the names.
RETURNED = {
    "builtins.open": ("io.FileIO", "io.BufferedRandom", "io.TextIOWrapper"),
    "socket.create_connection": ("socket.socket",),
    "sqlite3.connect": ("sqlite3.Connection",),
    "tempfile.NamedTemporaryFile": ("io.BufferedRandom",),
    "tempfile.TemporaryFile": ("io.BufferedRandom",),
}


def owners(owner):
    if owner == "os.scandir":
        with os.scandir() as entries:
            return [type(entries)]
    if owner in RETURNED:
        return [find(name) for name in RETURNED[owner]]
    found = find(owner)
    if inspect.isfunction(found) or inspect.isbuiltin(found) or owner == "threading.Condition":
        return [found()]
    return [found]


@pytest.mark.parametrize("owner", NAMES)
def test_every_name_exists(owner):
    if owner.split(".")[0] in MODULES_ELSEWHERE:
        pytest.skip("module of another platform")
    elsewhere = NAMES_ELSEWHERE.get(owner, "").split()
    having = owners(owner)
    missing = [name for name in NAMES[owner] if not any(hasattr(one, name) for one in having)]
    assert [name for name in missing if name not in elsewhere] == []


@pytest.mark.parametrize("name", TABLE["hooks"])
def test_hooks_are_arguments(name):
    function = find(name)
    try:
        parameters = list(inspect.signature(function).parameters)
    except ValueError:
        pytest.skip("no signature")
    if name.startswith("subprocess.") and name != "subprocess.Popen":
        parameters = list(inspect.signature(subprocess.Popen).parameters)
    shift = parameters[:1] == ["self"]
    for hook, place in TABLE["hooks"][name].items():
        if hook not in parameters:
            assert "kw" in parameters or "kwargs" in parameters or hook in {"onexc", "all_errors"}
        elif place >= 0:
            assert parameters.index(hook) - shift == place
        else:
            assert (
                inspect.signature(function).parameters[hook].kind is inspect.Parameter.KEYWORD_ONLY
            )


def test_every_hooked_function_is_listed():
    assert [name for name in TABLE["hooks"] if not raises_no_group(name)] == []


def test_a_hook_lets_user_code_in():
    assert raises_no_group("shutil.rmtree")
    assert raises_no_group("shutil.rmtree", positional=2, keywords=["ignore_errors"])
    assert not raises_no_group("shutil.rmtree", positional=3)
    assert not raises_no_group("shutil.rmtree", positional=1, keywords=["onexc"])
    assert not raises_no_group("shutil.rmtree", positional=1, keywords=[None])
    assert raises_no_group("os.remove", positional=1, keywords=[None])
    assert not raises_no_group("builtins.print", positional=1, keywords=["file"])


@pytest.mark.parametrize(
    "name",
    """""builtins.map builtins.sorted builtins.next builtins.iter builtins.getattr builtins.setattr
    builtins.sum builtins.__import__ importlib.import_module asyncio.run asyncio.gather copy.deepcopy
    pickle.loads concurrent.futures.ThreadPoolExecutor.submit re.sub json.load logging.info
    warnings.warn os.walk os.fork requests.get""".split(),
)
def test_what_runs_user_code_is_left_out(name):
    assert not raises_no_group(name)


def test_making_an_exception():
    assert raises_no_group("builtins.ValueError", positional=1)
    assert raises_no_group("subprocess.TimeoutExpired", positional=2)
    assert not raises_no_group("builtins.ExceptionGroup", positional=2)
    assert not raises_no_group("builtins.BaseExceptionGroup", positional=2)


def test_empty_containers_and_types():
    assert raises_no_group("builtins.set")
    assert not raises_no_group("builtins.set", positional=1)
    assert raises_no_group("builtins.type", positional=1)
    assert not raises_no_group("builtins.type", positional=3)


def test_a_group_does_come_out_of_a_hook(tmp_path):
    def refuse(*_):
        raise ExceptionGroup("two", [OSError(), ValueError()])

    with pytest.raises(ExceptionGroup):
        shutil.rmtree(tmp_path / "missing", False, refuse)


def test_a_connection_that_fails_raises_a_group_when_asked():
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        address = server.getsockname()
    with pytest.raises(OSError):
        socket.create_connection(address)
    with pytest.raises(ExceptionGroup):
        socket.create_connection(address, all_errors=True)
