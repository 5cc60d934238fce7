"""What kind of trouble an exception from the database means to whoever runs a transaction."""

import sqlite3
from enum import Enum, auto

import psycopg
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# COPY, and a look at SQLite's version, raise the driver's own.
DATABASE_TROUBLE = (SQLAlchemyError, psycopg.Error, sqlite3.Error)

_AGAIN_STATES = {"40001", "40P01", "55P03"}  # serialisation, deadlock, lock not available
_AWAY_CLASSES = {"08", "53", "57"}  # connection, resources, operator intervention
_TAKEN = "23505"  # unique violation
_CANCELLED = "57014"  # one statement took too long: that is the statement's fault, not an outage
_AGAIN_CODES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_TAKEN_CODES = {sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY}
_AWAY_CODES = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}


class Fault(Enum):
    AGAIN = auto()  # the same again at once may succeed
    AWAY = auto()  # the database does not answer; wait for it
    OWN = auto()  # the work itself fails


def fault_of(problem: BaseException) -> Fault:
    """Return what ``problem``, raised by SQLAlchemy or a driver, calls for; anything unknown is ``Fault.OWN``."""
    cause = getattr(problem, "orig", None) or problem
    if isinstance(problem, PoolTimeout):
        return Fault.AWAY
    if isinstance(cause, psycopg.Error):
        return _postgresql(cause)
    if isinstance(cause, sqlite3.OperationalError):
        return _sqlite(cause)
    return Fault.OWN


def is_taken(problem: BaseException) -> bool:
    """Return whether ``problem`` says that a row with the same unique key is there already."""
    cause = getattr(problem, "orig", None) or problem
    return getattr(cause, "sqlstate", "") == _TAKEN or getattr(cause, "sqlite_errorcode", 0) in _TAKEN_CODES


def _postgresql(cause: psycopg.Error) -> Fault:
    state = cause.sqlstate
    if state in _AGAIN_STATES:
        return Fault.AGAIN
    if state is None:
        is_connection = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
        return Fault.AWAY if is_connection else Fault.OWN
    return Fault.AWAY if state[:2] in _AWAY_CLASSES and state != _CANCELLED else Fault.OWN


def _sqlite(cause: sqlite3.OperationalError) -> Fault:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in _AGAIN_CODES:
        return Fault.AGAIN
    return Fault.AWAY if code in _AWAY_CODES else Fault.OWN
