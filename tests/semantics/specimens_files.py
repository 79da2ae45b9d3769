"""Specimens: files, archives, temporary things, memory, handlers, databases, exit stacks."""

# ruff: noqa: PTH123, PTH202 - the plain functions are the specimens, names the witnesses

import bz2
import codecs
import contextlib
import dbm
import fileinput
import gzip
import importlib
import importlib.resources
import io
import lzma
import mailbox
import mmap
import os
import pickle
import shelve
import sys
import tarfile
import tokenize
import warnings
import wave
import zipfile
from pathlib import Path
from xml.dom import minidom
from xml.etree.ElementTree import iterparse

from specimens import Specimen, fails, opened_paths, unreachable


def module(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return importlib.import_module(name)
        except ImportError:
            return None


def code_file(lab):
    return str(lab.file("code.py", b"x = 1\n"))


def buffered(kind, mode):
    return Specimen(lambda lab: kind(open(lab.file(), mode, buffering=0)))


def pair(lab):
    reader = open(lab.file("in"), "rb", buffering=0)
    writer = open(lab.file("out"), "wb", buffering=0)
    return io.BufferedRWPair(reader, writer)


def resource_package(lab):
    package = lab.folder / "resource_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "data").write_text("data")
    sys.path.insert(0, str(lab.folder))
    lab.later(sys.path.remove, str(lab.folder))
    lab.later(sys.modules.pop, "resource_package", None)
    return importlib.import_module("resource_package")


def from_package(opener):
    def opens(lab):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return opener(resource_package(lab), "data")

    return Specimen(opens)


FILES = {
    "builtins.open": Specimen(lambda lab: open(lab.file())),
    "io.open": Specimen(lambda lab: open(lab.file(), "rb")),
    "io.open_code": Specimen(lambda lab: io.open_code(code_file(lab))),
    "os.fdopen": Specimen(lambda lab: os.fdopen(os.open(lab.file(), os.O_RDONLY))),
    "pathlib.Path.open": Specimen(lambda lab: Path(lab.file()).open("w")),
    "tokenize.open": Specimen(lambda lab: tokenize.open(code_file(lab))),
    "io.FileIO": Specimen(lambda lab: io.FileIO(lab.file())),
    "io.BufferedReader": buffered(io.BufferedReader, "rb"),
    "io.BufferedWriter": buffered(io.BufferedWriter, "wb"),
    "io.BufferedRandom": buffered(io.BufferedRandom, "rb+"),
    "io.BufferedRWPair": Specimen(pair),
    "io.BytesIO": Specimen(lambda lab: io.BytesIO()),
    "io.StringIO": Specimen(lambda lab: io.StringIO()),
    "pickle.PickleBuffer": Specimen(
        lambda lab: pickle.PickleBuffer(b"data"), fails(lambda buffer: buffer.raw())
    ),
    "builtins.memoryview": Specimen(lambda lab: memoryview(b"data"), fails(lambda view: view[0])),
}
if hasattr(importlib.resources, "open_text"):
    FILES["importlib.resources.open_text"] = from_package(importlib.resources.open_text)
    FILES["importlib.resources.open_binary"] = from_package(importlib.resources.open_binary)


def quietly_opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return codecs.open(path, encoding="utf-8")


def first_line_read(make):
    def opens(lab):
        lines = make(lab.file())
        next(lines)
        lines.behind = lines._file
        return lines

    return Specimen(opens, lambda lines: lines.behind.closed)


def compressed(name, make, read):
    """Its effect: what another reader finds in the file."""

    def opens(lab):
        path = lab.folder / name
        file = make(path)
        PATHS[id(file)] = path
        return file

    def effect(file):
        with contextlib.suppress(EOFError, OSError):
            return read(PATHS[id(file)].read_bytes())

    return Specimen(opens, during=lambda file: file.write(b"text"), effect=effect)


PATHS = {}
WRAPPED = {
    "codecs.open": Specimen(
        lambda lab: quietly_opened(lab.file()), lambda file: file.stream.closed
    ),
    "codecs.EncodedFile": Specimen(
        lambda lab: codecs.EncodedFile(open(lab.file(), "rb"), "utf-8", "latin-1"),
        lambda file: file.stream.closed,
    ),
    "codecs.StreamReader": Specimen(
        lambda lab: codecs.getreader("utf-8")(open(lab.file(), "rb")),
        lambda file: file.stream.closed,
    ),
    "codecs.StreamWriter": Specimen(
        lambda lab: codecs.getwriter("utf-8")(open(lab.file(), "wb")),
        lambda file: file.stream.closed,
    ),
    "fileinput.input": first_line_read(fileinput.input),
    "fileinput.FileInput": first_line_read(fileinput.FileInput),
    "gzip.open": compressed("a.gz", lambda path: gzip.open(path, "wb"), gzip.decompress),
    "gzip.GzipFile": compressed("a.gz", lambda path: gzip.GzipFile(path, "wb"), gzip.decompress),
    "bz2.open": compressed("a.bz2", lambda path: bz2.open(path, "wb"), bz2.decompress),
    "bz2.BZ2File": compressed("a.bz2", lambda path: bz2.BZ2File(path, "wb"), bz2.decompress),
    "lzma.open": compressed("a.xz", lambda path: lzma.open(path, "wb"), lzma.decompress),
    "lzma.LZMAFile": compressed("a.xz", lambda path: lzma.LZMAFile(path, "wb"), lzma.decompress),
}
if zstd := module("compression.zstd"):
    for _name, _make in (("open", zstd.open), ("ZstdFile", zstd.ZstdFile)):
        WRAPPED[f"compression.zstd.{_name}"] = compressed(
            "a.zst", lambda path, make=_make: make(path, "wb"), zstd.decompress
        )


def zipped(kind):
    def effect(archive):
        with contextlib.suppress(zipfile.BadZipFile), zipfile.ZipFile(archive.filename) as again:
            return again.namelist()

    return Specimen(
        lambda lab: kind(lab.folder / "a.zip", "w"),
        unreachable("fp"),
        during=lambda archive: archive.writestr("member", b"text"),
        effect=effect,
    )


def in_zip(lab):
    with zipfile.ZipFile(lab.folder / "a.zip", "w") as archive:
        archive.writestr("member", b"text")
    archive = zipfile.ZipFile(lab.folder / "a.zip")
    lab.later(archive.close)
    return archive


def tarred(make):
    """Its effect: the size of the archive, which end-of-archive blocks make greater."""
    return Specimen(
        lambda lab: make(lab.folder / "a.tar"),
        during=lambda archive: archive.addfile(tarfile.TarInfo("member"), io.BytesIO()),
        effect=lambda archive: os.path.getsize(archive.name),
    )


def in_tar(lab):
    path = lab.folder / "a.tar"
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("member")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"text"))
    archive = tarfile.open(path)
    lab.later(archive.close)
    return archive.extractfile("member")


ARCHIVES = {
    "zipfile.ZipFile": zipped(zipfile.ZipFile),
    "zipfile.PyZipFile": zipped(zipfile.PyZipFile),
    "zipfile.ZipFile.open": Specimen(lambda lab: in_zip(lab).open("member")),
    "zipfile.Path.open": Specimen(lambda lab: zipfile.Path(in_zip(lab), "member").open("rb")),
    "tarfile.open": tarred(lambda path: tarfile.open(path, "w")),
    "tarfile.TarFile": tarred(lambda path: tarfile.TarFile(path, "w")),
    "tarfile.TarFile.open": tarred(lambda path: tarfile.TarFile.open(path, "w")),
    "tarfile.TarFile.taropen": tarred(lambda path: tarfile.TarFile.taropen(str(path), "w")),
    "tarfile.TarFile.gzopen": tarred(lambda path: tarfile.TarFile.gzopen(str(path), "w")),
    "tarfile.TarFile.bz2open": tarred(lambda path: tarfile.TarFile.bz2open(str(path), "w")),
    "tarfile.TarFile.xzopen": tarred(lambda path: tarfile.TarFile.xzopen(str(path), "w")),
    "tarfile.TarFile.extractfile": Specimen(in_tar),
    "tarfile.open.extractfile": Specimen(in_tar),
}


def sound(library, written, read):
    """Its effect: how many frames a reader finds."""

    def opens(lab):
        file = library.open(str(lab.folder / "sound"), "wb")
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        PATHS[id(file)] = str(lab.folder / "sound")
        return file

    def effect(file):
        with (
            contextlib.suppress(EOFError, library.Error),
            library.open(PATHS[id(file)], "rb") as again,
        ):
            return again.getnframes()

    def reads(lab):
        with opens(lab) as file:
            file.writeframes(b"\0\0")
        return library.open(str(lab.folder / "sound"), "rb")

    writer = Specimen(
        opens, unreachable("_file"), during=lambda file: file.writeframes(b"\0\0"), effect=effect
    )
    return {
        f"{library.__name__}.open": writer,
        f"{library.__name__}.{written}": writer,
        f"{library.__name__}.{read}": Specimen(reads, unreachable("_file")),
    }


SOUNDS = sound(wave, "Wave_write", "Wave_read")
if aifc := module("aifc"):
    SOUNDS |= sound(aifc, "Aifc_write", "Aifc_read")
    SOUNDS["aifc.Aifc_read"] = Specimen(
        SOUNDS["aifc.Aifc_read"].opens, lambda file: file._file is None
    )
if sunau := module("sunau"):
    SOUNDS |= sound(sunau, "Au_write", "Au_read")
if chunk := module("chunk"):
    SOUNDS["chunk.Chunk"] = Specimen(lambda lab: chunk.Chunk(io.BytesIO(b"NAME\0\0\0\4data")))


def database(open_):
    def opens(lab):
        made = open_(str(lab.folder / "db"), "c")
        made[b"key"] = b"value"
        return made

    return Specimen(opens, fails(lambda made: made[b"key"]))


def shelved(kind):
    def opens(lab):
        made = kind(lab)
        made["key"] = 1
        return made

    return Specimen(opens, fails(lambda made: made["key"]))


SHELVES = {
    "shelve.open": shelved(lambda lab: shelve.open(str(lab.folder / "shelf"))),
    "shelve.DbfilenameShelf": shelved(
        lambda lab: shelve.DbfilenameShelf(str(lab.folder / "shelf"))
    ),
    "shelve.Shelf": shelved(lambda lab: shelve.Shelf({})),
    "shelve.BsdDbShelf": shelved(lambda lab: shelve.BsdDbShelf({})),
    "dbm.open": database(dbm.open),
}
for _name in ("dbm.dumb", "dbm.gnu", "dbm.ndbm", "dbm.sqlite3"):
    if _found := module(_name):
        SHELVES[f"{_name}.open"] = database(_found.open)


def mapped(lab):
    with open(lab.file(), "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def three_entries(lab):
    for name in "abcde":
        (lab.folder / name).touch()
    return os.scandir(lab.folder)


def parsed(lab):
    path = lab.file("a.xml", b"<a><b/></a>")
    events = iterparse(path)
    next(events)
    PATHS[id(events)] = str(path)
    return events


def document(make):
    return Specimen(make, lambda made: made.documentElement is None)


ITERATORS = {
    "xml.dom.minidom.parse": document(lambda lab: minidom.parse(str(lab.file("a.xml", b"<a/>")))),
    "xml.dom.minidom.parseString": document(lambda lab: minidom.parseString("<a/>")),
    "mmap.mmap": Specimen(mapped),
    "os.scandir": Specimen(three_entries, lambda entries: next(entries, None) is None),
    "os.popen": Specimen(lambda lab: os.popen("true"), lambda pipe: pipe._stream.closed),
}
if sys.version_info >= (3, 13):
    ITERATORS["xml.etree.ElementTree.iterparse"] = Specimen(
        parsed, lambda events: PATHS[id(events)] not in opened_paths()
    )

MAILBOXES = {
    f"mailbox.{kind.__name__}": Specimen(
        lambda lab, kind=kind: kind(lab.folder / "mail"), lambda box: box._file.closed
    )
    for kind in (mailbox.mbox, mailbox.MMDF, mailbox.Babyl)
}


SYNC = {**FILES, **WRAPPED, **ARCHIVES, **SOUNDS, **SHELVES, **ITERATORS, **MAILBOXES}
