"""Register files that stay open between the steps of an import, so that each row is read once, not once per step."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from services.registry.domain.register_file import RegisterFile
from services.registry.domain.rulebook import Rulebook
from shared.work.uploads import Upload, UploadReader, open_upload

_MOST_OPEN = 2


@dataclass(slots=True)
class _Open:
    stream: UploadReader
    file: RegisterFile


@dataclass
class OpenFiles:
    """Only a shortcut: whoever finds no file here, or one at another place, opens it and reads on to the cursor."""

    _open: OrderedDict[str, _Open] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def at(self, session: Session, upload: Upload, *, rules: Rulebook, kind: str, consumed: int) -> RegisterFile:
        """Return the file of `upload` with `consumed` rows read; raises `FileUnreadable`."""
        with self._lock:
            kept = self._open.pop(upload.id, None)
        if kept is None or kept.file.consumed != consumed or kept.file.rules is not rules:
            kept = self._reopened(session, upload, rules=rules, kind=kind, consumed=consumed)
        kept.stream.attach(session)
        return self._keep(upload.id, kept)

    def position(self, upload_id: str) -> int:
        """Return how many bytes of an open file have been read."""
        kept = self._open.get(upload_id)
        return kept.stream.tell() if kept else 0

    def close(self, upload_id: str) -> None:
        """Forget a file."""
        with self._lock:
            self._open.pop(upload_id, None)

    def _reopened(self, session: Session, upload: Upload, *, rules: Rulebook, kind: str, consumed: int) -> _Open:
        stream = open_upload(session, upload)
        file = RegisterFile(stream, rules, kind=kind)
        if consumed:
            file.skip_to(consumed)
        return _Open(stream, file)

    def _keep(self, upload_id: str, kept: _Open) -> RegisterFile:
        with self._lock:
            self._open[upload_id] = kept
            while len(self._open) > _MOST_OPEN:
                self._open.popitem(last=False)
        return kept.file


open_files = OpenFiles()
