"""The exception names are compared with the running interpreter, both ways."""

import importlib
import pkgutil
import sys
import tomllib
import warnings
from pathlib import Path

import pytest

import lint_exitstack.semantics
from lint_exitstack.semantics.catalogue import is_plain_exception

FOLDER = Path(lint_exitstack.semantics.__file__).parent
LISTED = {
    module: names.split()
    for module, names in tomllib.loads((FOLDER / "exceptions.toml").read_text()).items()
}
# Gone from some version, new in another, or of another platform; the rest must be here.
ELSEWHERE = {
    "aifc", "asynchat", "asyncore", "audioop", "binhex", "compression.gzip", "compression.lzma",
    "compression.zlib", "compression.zstd", "concurrent.futures.interpreter", "concurrent.interpreters",
    "curses", "curses.panel", "dbm.gnu", "dbm.ndbm", "dbm.sqlite3", "distutils.errors",
    "importlib.resources.abc", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes",
    "resource", "sre_constants", "sunau", "termios", "uu", "winreg", "xdrlib",
}  # fmt: skip
NAMES_ELSEWHERE = {
    "asyncio.QueueShutDown": "from 3.13",
    "asyncio.queues.QueueShutDown": "from 3.13",
    "builtins.PythonFinalizationError": "from 3.13",
    "builtins.WindowsError": "Windows",
    "configparser.MultilineContinuationError": "from 3.13",
    "email.errors.HeaderWriteError": "from 3.13, and in later patch releases of older ones",
    "multiprocessing.pool.Empty": "until 3.8",
    "pathlib.UnsupportedOperation": "from 3.13",
    "queue.ShutDown": "from 3.13",
    "re.PatternError": "from 3.13",
    "tokenize.StopTokenizing": "until 3.12",
}
# Internal to their modules although their names carry no underscore, or doubles of public names.
PRIVATE = {"sre_compile", "sre_parse", "encodings", "posix", "nt", "tabnanny"}
DOUBLES = ("tkinter.", "xml.sax.expatreader", "xml.sax.xmlreader")


def importable(module):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(module)
        except ImportError:
            return None


def listed_names():
    return [(module, name) for module, names in LISTED.items() for name in names]


@pytest.mark.parametrize("module", LISTED)
def test_listed_classes_are_plain(module):
    found = importable(module)
    if found is None:
        assert module in ELSEWHERE
        return
    for name in LISTED[module]:
        exception = getattr(found, name, None)
        if exception is None:
            assert f"{module}.{name}" in NAMES_ELSEWHERE or module in ELSEWHERE
            continue
        assert issubclass(exception, BaseException)
        assert type(exception) is type
        assert "__subclasshook__" not in vars(exception)


def public_modules():
    skip = {
        "antigravity",
        "this",
        "idlelib",
        "test",
        "turtledemo",
        "lib2to3",
        "ensurepip",
        "tkinter",
    }
    for top in sorted(sys.stdlib_module_names - skip - PRIVATE):
        if top.startswith("_") or (module := importable(top)) is None:
            continue
        yield module
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{top}."):
            parts = found.name.split(".")
            if any(part.startswith("_") or part in {"test", "tests"} for part in parts):
                continue
            if (inner := importable(found.name)) is not None:
                yield inner


def belongs(module, name, exception):
    """Defined there, lifted there from the package's inside or a C module, or another name for it."""
    home, _, own = f"{exception.__module__}.{exception.__qualname__}".rpartition(".")
    lifted = "." not in module and home.split(".")[0] == module
    hidden = any(part.startswith("_") for part in home.split("."))
    return home.startswith(module) or lifted or hidden or own != name


def test_no_public_exception_is_missing():
    missing = [
        f"{module.__name__}.{name}"
        for module in public_modules()
        for name, value in vars(module).items()
        if isinstance(value, type)
        and issubclass(value, BaseException)
        and not name.startswith("_")
        and not module.__name__.startswith(DOUBLES)
        and belongs(module.__name__, name, value)
        and not is_plain_exception(f"{module.__name__}.{name}")
    ]
    assert missing == []


def test_aliases_and_strangers():
    assert is_plain_exception("builtins.OSError")
    assert is_plain_exception("socket.timeout")
    assert is_plain_exception("subprocess.TimeoutExpired")
    assert is_plain_exception("concurrent.futures.TimeoutError")
    assert not is_plain_exception("dbm.error")
    assert not is_plain_exception("OSError")
    assert not is_plain_exception("requests.RequestException")


def test_dbm_error_holds_a_tuple():
    assert isinstance(importlib.import_module("dbm").error, tuple)
