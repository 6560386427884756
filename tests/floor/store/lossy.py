"""A disk that fails, or loses power: all that SQLite writes goes through it and is noted.

While it is entered it is SQLite's default VFS: the usual one with a few functions exchanged.
"""

import _sqlite3
import ctypes as c
import os
import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

SECTOR = 512  # what a disk writes whole or not at all
NAME = b"lossy"

# The path is an address: SQLite goes on using what is there.
_Open = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_void_p, c.c_int, c.c_void_p)
_Delete = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_char_p, c.c_int)
_Write = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p, c.c_int, c.c_int64)
_Truncate = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int64)
_Sync = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int)
_Methods = c.c_void_p * 19  # of an open file; the first is a version
_WRITE, _TRUNCATE, _SYNC = 3, 4, 5


class _Vfs(c.Structure):
    _fields_ = (
        ("version", c.c_int),
        ("file_size", c.c_int),
        ("longest_path", c.c_int),
        ("next", c.c_void_p),
        ("name", c.c_char_p),
        ("data", c.c_void_p),
        ("open", c.c_void_p),
        ("delete", c.c_void_p),
        ("rest", c.c_void_p * 14),
    )


@dataclass(frozen=True)
class Op:
    """What became of a file. `file`: one of this number; a name that is made anew is another.

    `folder`: the list of names in the folder is on the disk after this too.
    """

    kind: Literal["create", "delete", "write", "truncate", "sync"]
    file: int
    name: str = ""
    offset: int = 0
    data: bytes = b""
    folder: bool = False


@cache
def library() -> Any:
    """The SQLite that Python uses; None if it is built in, where nothing can be exchanged."""
    try:
        found = c.CDLL(_sqlite3.__file__)
        found.sqlite3_vfs_find.restype = c.POINTER(_Vfs)
    except (AttributeError, OSError):
        return None
    return found


class LossyDisk:
    """`log`: all that was done so far, in a folder that was empty."""

    def __init__(self) -> None:
        self.log: list[Op] = []
        self._failing: Literal["write", "sync"] = "write"
        self._code = sqlite3.SQLITE_OK
        self._good = 0  # of these are still done
        self._files: dict[str, int] = {}  # those that there are
        self._opened: dict[int, int] = {}  # by address
        self._unlisted: set[int] = set()  # new, and SQLite syncs the folder with them
        usual = library().sqlite3_vfs_find(None)
        self._usual, own = usual, _Vfs.from_buffer_copy(usual.contents)
        self._usual_open, self._usual_delete = _Open(own.open), _Delete(own.delete)
        self._calls = _Open(self._open), _Delete(self._delete)
        own.name = NAME
        own.open, own.delete = (c.cast(call, c.c_void_p).value for call in self._calls)
        self._own = own
        self._methods: dict[int, Any] = {}  # of files, by the address of the usual ones
        self._exchanged = {
            _WRITE: _Write(self._write),
            _TRUNCATE: _Truncate(self._truncate),
            _SYNC: _Sync(self._sync),
        }

    def __enter__(self) -> Self:
        assert library().sqlite3_vfs_register(c.byref(self._own), 1) == sqlite3.SQLITE_OK
        return self

    def __exit__(self, *_: object) -> None:
        library().sqlite3_vfs_unregister(c.byref(self._own))
        library().sqlite3_vfs_register(self._usual, 1)

    def fail(self, what: Literal["write", "sync"], code: int, after: int = 0) -> None:
        """From now on, but after so many good ones, each write or sync fails with this code.

        A sync that fails may well have been done.
        """
        self._failing, self._code, self._good = what, code, after

    def heal(self) -> None:
        self._code = sqlite3.SQLITE_OK

    def _trouble(self, what: str) -> int:
        if self._code == sqlite3.SQLITE_OK or what != self._failing:
            return sqlite3.SQLITE_OK
        self._good -= 1
        return self._code if self._good < 0 else sqlite3.SQLITE_OK

    # Called by SQLite:

    def _open(self, vfs: int, at: int | None, file: int, flags: int, flags_out: int) -> int:
        path = c.string_at(at) if at else b""
        name, is_new = os.path.basename(path).decode(), not os.path.exists(path)
        code = self._usual_open(vfs, at, file, flags, flags_out)
        if code != sqlite3.SQLITE_OK or not name:
            return code
        if is_new or name not in self._files:
            self._files[name] = len(self.log)
            self._note("create", self._files[name], name=name)
            if name.endswith(("-wal", "-journal")):
                self._unlisted.add(self._files[name])
        self._opened[file] = self._files[name]
        self._exchange(c.cast(file, c.POINTER(c.c_void_p)))
        return code

    def _exchange(self, file: Any) -> None:
        """Have SQLite call us for this file."""
        address = file[0]  # there is one table of functions for each way of locking
        if address not in self._methods:
            own = _Methods.from_buffer_copy(_Methods.from_address(address))
            self._usual_write = _Write(own[_WRITE])
            self._usual_truncate = _Truncate(own[_TRUNCATE])
            self._usual_sync = _Sync(own[_SYNC])
            for place, call in self._exchanged.items():
                own[place] = c.cast(call, c.c_void_p).value
            self._methods[address] = own
        file[0] = c.addressof(self._methods[address])

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        trouble = self._trouble("write")
        if trouble:
            return trouble
        self._note("write", self._opened[file], offset=offset, data=c.string_at(data, size))
        return self._usual_write(file, data, size, offset)

    def _truncate(self, file: int, size: int) -> int:
        self._note("truncate", self._opened[file], offset=size)
        return self._usual_truncate(file, size)

    def _sync(self, file: int, flags: int) -> int:
        code = self._usual_sync(file, flags)
        trouble = self._trouble("sync")
        if trouble:
            return trouble
        number = self._opened[file]
        self._note("sync", number, folder=number in self._unlisted)
        self._unlisted.discard(number)
        return code

    def _delete(self, vfs: int, path: bytes, sync_folder: int) -> int:
        name = os.path.basename(path).decode()
        code = self._usual_delete(vfs, path, sync_folder)
        if code == sqlite3.SQLITE_OK:
            self._note("delete", self._files.pop(name, -1), name=name, folder=bool(sync_folder))
        return code

    def _note(self, kind: Any, file: int, **what: Any) -> None:
        self.log.append(Op(kind, file, **what))


def after_power_cut(log: Sequence[Op], chance: random.Random, folder: Path) -> None:
    """Put into `folder` what may be left when the power goes after all of `log`.

    What was synced is there. Of the rest each write is there, or not, or some sectors of it; of
    the names in the folder those up to some moment.
    """
    likely = chance.choice((0.0, 0.1, 0.5, 0.9, 1.0))  # that a write is there
    listed: dict[str, int] = {}
    changes = [n for n, op in enumerate(log) if op.kind in ("create", "delete")]
    synced = max((n for n, op in enumerate(log) if op.folder), default=-1)
    sure = sum(n <= synced for n in changes)
    for n in changes[: chance.randint(sure, len(changes))]:
        if log[n].kind == "create":
            listed[log[n].name] = log[n].file
        else:
            listed.pop(log[n].name, None)
    for name, file in listed.items():
        ops = [op for op in log if op.file == file]
        (folder / name).write_bytes(_content(ops, likely, chance))


def _content(ops: Sequence[Op], likely: float, chance: random.Random) -> bytes:
    content = bytearray()
    synced = max((n for n, op in enumerate(ops) if op.kind == "sync"), default=-1)
    for n, op in enumerate(ops):
        if n <= synced or chance.random() < likely:
            _apply(op, content)
        elif chance.random() < 0.5:
            for torn in _sectors(op):
                if chance.random() < 0.5:
                    _apply(torn, content)
    return bytes(content)


def _apply(op: Op, content: bytearray) -> None:
    if op.kind == "write":
        content.extend(bytes(max(0, op.offset - len(content))))
        content[op.offset : op.offset + len(op.data)] = op.data
    elif op.kind == "truncate":
        del content[op.offset :]


def _sectors(op: Op) -> list[Op]:
    """A write as the disk does it, sector by sector."""
    if op.kind != "write":
        return []
    end = op.offset + len(op.data)
    edges = [op.offset, *range(op.offset - op.offset % SECTOR + SECTOR, end, SECTOR), end]
    return [
        Op("write", op.file, offset=a, data=op.data[a - op.offset : b - op.offset])
        for a, b in pairwise(edges)
    ]
