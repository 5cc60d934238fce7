"""Keep what a permit says as a paper: when somebody prints it, and when it is archived."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from services.permits.domain.papers import code_of, digest_of
from services.permits.queries.papers import content_of
from services.permits.tables import permit_paper


def keep_paper(session: Session, row: Row[Any], *, now: datetime) -> str:
    """Keep what the permit in ``row`` says at its present version, once, and return the code of the paper (4.18)."""
    columns = permit_paper.c
    same = select(columns.code).where(columns.permit_id == row.id, columns.version == row.version)
    kept = session.scalar(same)
    if kept is not None:
        return str(kept)
    content = content_of(session, row) | {"version": row.version}
    digest = digest_of(content)
    values = {"permit_id": row.id, "version": row.version, "code": code_of(digest), "sha256": digest}
    session.execute(insert(permit_paper).values(**values, content=content, made_at=now))
    return code_of(digest)
