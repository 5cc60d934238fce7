"""Who takes part in a journey: accounts and enterprises, their windows, what they send, and what a page owes them."""

import re
from typing import Any
from weakref import WeakKeyDictionary

from playwright.sync_api import APIResponse, Page

from tests.browser.conftest import PHONE, Window, width_of
from tests.support.events import until

PASSWORD = "a quiet harbour 1"
SESSION = "/phone/session"
FORM_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)
PHOTO = {"name": "a.png", "mimeType": "image/png", "buffer": PIXEL}
TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, label.pick, label.segment")]
  .filter((one) => !one.closest(".skip-link, .donut, .visually-hidden"))
  .map((one) => [one.textContent.trim(), one.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && box.height > 0 && box.height < 43.5)
  .map(([text, box]) => `${text}: ${box.width} x ${box.height}`)"""

UNREACHABLE = """() => {
  const { content } = document.querySelector("meta[name=release]"); // the worker asks for what it has not kept
  const asked = fetch(`/static/${content}/vendor/receipt.json`, { cache: "no-store" });
  return asked.then(() => false, () => true);
}"""
IS_KEPT = """() => Boolean(document.documentElement.dataset.keptAt)"""
NOT_KEPT = """() => performance.getEntriesByType("resource")
  .filter((one) => one.name.includes("/static/") && one.responseStatus !== 200)
  .map((one) => one.name)"""
DRAFTED = """async (text) => {
  const asked = indexedDB.open("sise-phone");
  const base = await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
  const read = base.transaction("draft").objectStore("draft").getAll();
  const drafts = await new Promise((resolve) => (read.onsuccess = () => resolve(read.result)));
  base.close();
  return JSON.stringify(drafts).includes(text);
}"""
HELD_STORAGE = """(() => {
  const told = Object.getOwnPropertyDescriptor(IDBRequest.prototype, "onsuccess");
  let held = [];
  const late = (listener) => function (event) {
    if (held) held.push(() => listener.call(this, event));
    else listener.call(this, event);
  };
  const set = function (listener) { told.set.call(this, late(listener)); };
  Object.defineProperty(IDBOpenDBRequest.prototype, "onsuccess", { set });
  window.letStorageAnswer = () => { for (const answer of held) answer(); held = null; };
})();"""  # what a page keeps on the phone is read only when a test says so

_sessions: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()  # of each browser: cookies by user name


def employ(client: Any, username: str, role: str, **area: Any) -> None:
    """Make an account with a role that signs in with ``PASSWORD``."""
    account = {"username": username, "roles": [role], "name": "试验员", "password": PASSWORD} | area
    client.call("POST", "identity/accounts", json=account)


def enter(client: Any, name: str, uscc: str, **facts: Any) -> str:
    """Enter an enterprise in the register and return its id."""
    content = {"name": name, "uscc": uscc, "credit_code_override": "made up", "division": "331002001"} | facts
    return str(client.call("POST", "registry/enterprises", json=content)["id"])


def let_in(page: Page, username: str) -> Page:
    """Let a window that shows nothing yet be that of somebody who has signed in with ``PASSWORD``, and return its page.

    Windows share the session, as those of one person do, as long as it lasts; neither the page of the sign-in nor the
    one that follows is drawn. What is about signing in uses ``sign_in_as``.
    """
    context = page.context
    kept = _sessions.setdefault(context.browser, {})
    context.add_cookies(kept.get(username, []))
    if not page.request.get(SESSION).ok:
        token = FORM_TOKEN.search(page.request.get("/sign-in").text())
        given = {"csrf_token": token[1] if token else "", "back": "/", "username": username, "password": PASSWORD}
        assert page.request.post("/sign-in", form=given, max_redirects=0).status == 303
        kept[username] = context.cookies()
    return page


def sign_in_as(page: Page, username: str) -> Page:
    """Sign in as somebody and return the page."""
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.locator(".sign-in-card button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def phone_at(window: Window, place: Any) -> Page:
    """Return a phone that knows where it is."""
    page = window(size=PHONE, signed_in=False)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(place)
    return page


def sent(page: Page, path: str, body: Any, *, method: str = "POST") -> APIResponse:
    """Send something to the API as the person who is signed in."""
    token = page.request.get(SESSION).json()["csrf_token"]
    return page.request.fetch(f"/api/v1/{path}", method=method, data=body, headers={"X-CSRF-Token": token})


def check_fit(page: Page, size: dict[str, int] = PHONE) -> None:
    """Fail when a page is wider than its window, or has something on a phone that is too small to be tapped."""
    assert width_of(page) <= size["width"]
    assert size != PHONE or page.evaluate(TOO_SMALL) == []


def cut_off(page: Page) -> None:
    """Take the connection of a page, and of the worker that keeps it, away; the browser's network hears of it later."""
    page.context.set_offline(True)
    page.wait_for_function(UNREACHABLE)


def reload_from_phone(page: Page) -> None:
    """Load the page that was cut off again, as the phone keeps it with all files that belong to it."""
    until(lambda: page.reload() and page.evaluate(IS_KEPT), sentence="the page never came from the phone")
    assert page.evaluate(NOT_KEPT) == []


def let_storage_answer(page: Page) -> None:
    """Let a page that was opened with ``HELD_STORAGE`` read at last what it keeps on the phone."""
    page.evaluate("window.letStorageAnswer()")


def until_drafted(page: Page, text: str) -> None:
    """Wait until a draft with ``text`` is on the phone's disk: it is written as one goes on, so who leaves waits."""
    page.wait_for_function(DRAFTED, arg=text)
