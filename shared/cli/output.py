"""How commands answer: for people as text, with `--json` as one JSON document."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def with_json(command: Command) -> Command:
    """Give a command the switch `--json`, as parameter `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")(command)


def answer(result: Mapping[str, Any], *, as_json: bool, sentence: str = "") -> None:
    """Print a result: as JSON, or as a sentence, or as `name: value` lines."""
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False, default=str))
    elif sentence:
        click.echo(sentence)
    else:
        click.echo("\n".join(f"{name}: {value}" for name, value in result.items()))


def table(rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str], empty: str) -> None:
    """Print rows as a table, or the sentence `empty` when there are none."""
    if not rows:
        click.echo(empty)
        return
    from rich.console import Console
    from rich.table import Table

    view = Table(*columns, box=None, header_style="bold")
    for row in rows:
        view.add_row(*(str(row[column]) for column in columns))
    Console().print(view)
