"""Brings a running broker to the definitions that follow from the subscriptions, through its management interface."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from shared.bus import BusDown
from shared.bus.topology import EVENTS, REDELIVER

PATIENCE = 30


def apply(management_url: str, auth: tuple[str, str], *, document: Mapping[str, Any]) -> list[str]:
    """Bring a running broker to ``document`` and return the bindings that were taken away.

    What is missing is added first. Only bindings are ever removed: a queue may still hold events.
    ``management_url`` is the base of the management interface; raises ``BusDown`` when it refuses or is away.
    """
    with requests.Session() as session:
        session.auth, session.trust_env = auth, False
        _call(session, "POST", f"{management_url}/api/definitions", json=document)
        wanted = {_key(binding) for binding in document["bindings"]}
        vhosts = [quote(vhost["name"], safe="") for vhost in document["vhosts"]]
        present = [
            binding
            for vhost in vhosts
            for binding in _call(session, "GET", f"{management_url}/api/bindings/{vhost}").json()
        ]
        old = [one for one in present if one["source"] in (EVENTS, REDELIVER) and _key(one) not in wanted]
        for binding in old:
            _call(session, "DELETE", f"{management_url}{_binding_path(binding)}")
    return [f"{binding['destination']} ← {binding['routing_key']}" for binding in old]


def _call(session: requests.Session, method: str, url: str, **content: Any) -> requests.Response:
    try:
        answer = session.request(method, url, timeout=PATIENCE, **content)
    except requests.RequestException as problem:
        raise BusDown(f"the management interface of RabbitMQ does not answer: {problem!r}") from problem
    if not answer.ok:
        raise BusDown(f"RabbitMQ refuses {method} {url}: {answer.status_code} {answer.text[:300]}")
    return answer


def _key(binding: Mapping[str, Any]) -> tuple[str, str, str]:
    return binding["source"], binding["destination"], binding["routing_key"]


def _binding_path(binding: Mapping[str, Any]) -> str:
    vhost, source, queue, properties = (
        quote(binding[name], safe="") for name in ("vhost", "source", "destination", "properties_key")
    )
    return f"/api/bindings/{vhost}/e/{source}/q/{queue}/{properties}"
