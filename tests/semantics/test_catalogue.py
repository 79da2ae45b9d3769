"""The catalogue's questions and answers, and the checks on rows that users write."""

import re
import tomllib
from pathlib import Path

import pytest

import lint_exitstack.semantics
from lint_exitstack.semantics import resource_rows
from lint_exitstack.semantics.catalogue import (
    Exit,
    canonical,
    lock,
    parse_resources,
    resource,
)
from lint_exitstack.semantics.resource_rows import parse_row

FOLDER = Path(lint_exitstack.semantics.__file__).parent
SECTIONS = tomllib.loads((FOLDER / "catalogue.toml").read_text())
ROWS = {name: row for section in SECTIONS.values() for name, row in section.items()}
ALIASES = [alias for row in ROWS.values() for alias in row.get("also", "").split()]


@pytest.mark.parametrize("name", ROWS)
def test_every_row_is_right(name):
    found = parse_row(name, ROWS[name])
    assert found.kind != "resource"
    assert (found.exit_note == "") <= (found.exit is not Exit.DIFFERS and not found.differs_with)
    assert not found.exit_note.endswith(".")
    assert "await" not in found.closes
    assert not found.is_lock or found.closes == ("release",)


def test_names_are_unique():
    names = [*ROWS, *ALIASES]
    assert sorted(names) == sorted(set(names))
    assert sum(map(len, SECTIONS.values())) == len(ROWS)


def test_every_row_of_the_standard_library_that_can_run_here_is_verified():
    unverified = {name for name, row in SECTIONS["stdlib"].items() if not row.get("verified")}
    assert unverified == {
        "msilib.OpenDatabase", "ossaudiodev.open", "select.kqueue", "tkinter.Tk", "winreg.OpenKey"
    }  # fmt: skip


def test_there_are_enough_clients():
    packages = {name.partition(".")[0] for name in SECTIONS["clients"]}
    assert len(packages) >= 40


def test_look_up():
    found = resource("builtins.open")
    assert (found.name, found.closes, found.exit, found.binds_self) == (
        "builtins.open", ("close",), Exit.SAME, True
    )  # fmt: skip
    assert resource("io.open") is found
    assert canonical("io.open") == "builtins.open"
    assert canonical("nothing.known") == "nothing.known"
    assert resource("nothing.known") is None
    assert resource("open") is None


def test_locks():
    assert lock("threading.RLock").reentrant
    assert not lock("threading.Lock").reentrant
    assert lock("asyncio.Lock").is_async
    assert lock("builtins.open") is None
    assert lock("nothing.known") is None


def test_exit_against_a_method():
    assert resource("builtins.open").exit_against("close") is Exit.SAME
    assert resource("builtins.open").exit_against("detach") is Exit.DIFFERS
    assert resource("multiprocessing.Pool").exit_against("close") is Exit.DIFFERS
    assert resource("multiprocessing.Pool").exit_against("terminate") is Exit.SAME
    assert resource("poplib.POP3").exit_against("close") is Exit.NONE
    directory = resource("tempfile.TemporaryDirectory")
    assert directory.exit_against("cleanup", ["prefix"]) is Exit.SAME
    assert directory.exit_against("cleanup", ["delete"]) is Exit.DIFFERS


def documented():
    return (FOLDER.parent.parent / "docs" / "resources.md").read_text()


def test_the_documented_rows_are_right():
    (block,) = re.findall(r"```toml\n(.*?)```", documented(), re.DOTALL)
    rows = parse_resources(tomllib.loads(block)["tool"]["lint-exitstack"]["resources"])
    assert rows["shop.db.connect"].exit_against("close") is Exit.DIFFERS
    assert rows["shop.devices.Scanner"].exit_against("power_off") is Exit.SAME
    assert rows["shop.queue.Consumer"].is_async
    assert rows["shop.locks.Lease"].binds_note == "the lease's number"


def test_every_key_is_documented():
    keys = {
        key
        for line in re.findall(r"^\| (`.*?) \|", documented(), re.MULTILINE)
        for key in re.findall("`(.*?)`", line)
    }
    assert keys | {"verified"} == set(resource_rows._KEYS)


class TestUsersRows:
    def test_a_row_with_everything(self):
        rows = parse_resources(
            {
                "shop.connect": {
                    "kind": "connection",
                    "closes": ["hang_up", "kill"],
                    "exit": "differs",
                    "note": "commits",
                    "same-as": "kill",
                    "binds": "a cursor",
                    "async": True,
                    "awaited-close": True,
                    "long-lived": True,
                    "since": "3.12",
                    "also": "shop.Connection",
                }
            }
        )
        assert list(rows) == ["shop.connect", "shop.Connection"]
        found = resource("shop.Connection", rows)
        assert found is rows["shop.connect"]
        assert found.closes == ("hang_up", "kill")
        assert found.same_as == ("kill",)
        assert (found.is_async, found.awaited_close, found.awaited_open) == (True, True, False)
        assert (found.binds_self, found.binds_note) == (False, "a cursor")
        assert found.since == (3, 12)
        assert not found.verified

    def test_the_least(self):
        found = parse_resources({"shop.connect": {"closes": "close"}})["shop.connect"]
        assert (found.kind, found.exit, found.same_as) == ("resource", Exit.SAME, ("close",))

    def test_they_come_first(self):
        rows = parse_resources({"builtins.open": {"closes": "close", "exit": "none"}})
        assert resource("builtins.open", rows).exit is Exit.NONE
        assert resource("gzip.open", rows).exit is Exit.SAME

    def test_locks(self):
        rows = parse_resources({"shop.Lock": {"closes": "release", "lock": True}})
        assert lock("shop.Lock", rows) is rows["shop.Lock"]

    @pytest.mark.parametrize(
        ("name", "row", "message"),
        [
            ("a.b", {"close": "x"}, """resources."a.b": unknown key 'close'; did you mean 'closes'?"""),
            ("a.b", {"qqq": "x"}, """resources."a.b": unknown key 'qqq'"""),
            ("a.b", {}, """resources."a.b": needs `closes`: the methods that release it, such as "close\""""),
            ("a.b", {"closes": 3}, """resources."a.b": `closes` must be a string or a list of strings, not 3"""),
            ("a.b", {"closes": ["x", 3]}, """resources."a.b": `closes` must be a string or a list of strings, not ['x', 3]"""),
            ("a.b", {"closes": "close()"}, """resources."a.b": `closes` has 'close()', which is no name"""),
            ("a.b", {"closes": "c", "exit": "sam"}, """resources."a.b": `exit` is 'sam', not one of same, differs, none; did you mean 'same'?"""),
            ("a.b", {"closes": "c", "exit": 1}, """resources."a.b": `exit` must be a string, not 1"""),
            ("a.b", {"closes": "c", "exit": "differs"}, """resources."a.b": `exit` differs, so `note` must say in one sentence what it does"""),
            ("a.b", {"closes": "close", "same-as": "clos"}, """resources."a.b": `same-as` has 'clos', which `closes` lacks; did you mean 'close'?"""),
            ("a.b", {"closes": "c", "lock": "yes"}, """resources."a.b": `lock` must be true or false, not 'yes'"""),
            ("a.b", {"closes": "c", "since": "3"}, """resources."a.b": `since` must look like "3.11", not '3'"""),
            ("open", {"closes": "c"}, """resources."open": must be a dotted name such as "package.module.connect\""""),
            ("a.b", "close", """resources."a.b": must be a table such as { closes = "close" }, not 'close'"""),
        ],
    )  # fmt: skip
    def test_mistakes_are_named(self, name, row, message):
        with pytest.raises(ValueError) as raised:
            parse_resources({name: row})
        assert str(raised.value) == message
