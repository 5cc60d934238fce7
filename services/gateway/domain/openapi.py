"""Merges OpenAPI documents: components get the name of their service, paths stand side by side."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]
LOCAL = "#/components/"


def merge(documents: Mapping[str, Document], *, first: str) -> dict[str, Any]:
    """Return one document of those of several services; where two describe one operation, ``first`` is right."""
    paths: dict[str, dict[str, Any]] = {}
    components: dict[str, dict[str, Any]] = {}
    tags: list[Any] = []
    for service in sorted(documents, key=lambda name: (name == first, name)):
        document = _renamed(documents[service], service)
        for path, operations in document.get("paths", {}).items():
            paths[path] = {**paths.get(path, {}), **operations}
        for kind, named in document.get("components", {}).items():
            components.setdefault(kind, {}).update(named)
        tags += document.get("tags", [])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sise", "version": "1"},
        "paths": dict(sorted(paths.items())),
        "components": components,
        "tags": list({tag["name"]: tag for tag in tags}.values()),
    }


def _renamed(document: Document, service: str) -> Document:
    """Put ``service`` before the name of every component but the security schemes, which are the same."""
    components = {
        kind: {_name(kind, name, service): _pointed(content, service) for name, content in named.items()}
        for kind, named in document.get("components", {}).items()
    }
    return {**document, "paths": _pointed(document.get("paths", {}), service), "components": components}


def _name(kind: str, name: str, service: str) -> str:
    return name if kind == "securitySchemes" else f"{service}.{name}"


def _pointed(content: Any, service: str) -> Any:
    """Return ``content`` with its references renamed."""
    if isinstance(content, Mapping):
        return {
            key: _reference(value, service) if key == "$ref" else _pointed(value, service)
            for key, value in content.items()
        }
    if isinstance(content, (list, tuple)):
        return [_pointed(each, service) for each in content]
    return content


def _reference(target: str, service: str) -> str:
    kind, _, name = target.removeprefix(LOCAL).partition("/")
    return f"{LOCAL}{kind}/{_name(kind, name, service)}"
