// Requests to the gateway's own API: session cookie, CSRF header, problems as errors that carry their sentence.
import { hasWord, word } from "./words.js";

const about = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";
let csrf = about("csrf-token");
let isWritten = false;

// What is written in a form of this page is lost when another page is loaded.
export const isWriting = () => isWritten;
document.addEventListener("input", ({ target }) => {
  isWritten ||= Boolean(target.closest('form:not([method="get"], [role="search"])'));
});

// Whether this person has signed in again since, in another tab: what is sent from now on belongs to that session.
export async function isBack() {
  const response = await fetch("/phone/session", { headers: { Accept: "application/json" }, credentials: "same-origin", cache: "no-store" }).catch(() => null);
  if (!response?.ok) return false;
  const session = await response.json();
  const isNew = session.person === about("person") && session.csrf_token !== csrf;
  if (isNew) csrf = session.csrf_token;
  return isNew;
}

export class Problem extends Error {
  constructor(status, body) {
    super(sentenceOf(body));
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
    this.facts = body.facts ?? {};
  }
}

// The API speaks English; where the page knows the code it says the same in the reader's language.
function sentenceOf(body) {
  const keys = [`reason.${body.facts?.reason}`, `reason.${body.code}`, `problem.${body.code}`, `refusal.${body.code}`];
  const known = keys.find(hasWord);
  return known ? word(known, body.facts) : body.detail || word("toast.failed");
}

export async function call(path, asked = {}) {
  const response = await send(path, asked);
  const isOver = [401, 403].includes(response.status) && (await isBack());
  return answer(isOver ? await send(path, asked) : response);
}

function send(path, { method = "GET", body, headers = {}, signal } = {}) {
  const isForm = body instanceof FormData;
  return fetch(path, {
    method,
    signal,
    credentials: "same-origin",
    headers: {
      Accept: "application/json",
      ...(method === "GET" ? {} : { "X-CSRF-Token": csrf }),
      ...(body && !isForm ? { "Content-Type": "application/json" } : {}),
      ...headers,
    },
    body: body && !isForm ? JSON.stringify(body) : body,
  }).catch((cause) => {
    if (cause.name === "AbortError") throw cause;
    throw new Problem(0, { detail: word("toast.offline"), code: "offline" });
  });
}

async function answer(response) {
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await response.json() : {};
  if (!response.ok) throw refused(response.status, body);
  return { body, etag: response.headers.get("ETag") ?? "", status: response.status };
}

export function refused(status, body) {
  if (status !== 401) return new Problem(status, body);
  if (!isWriting()) window.location.assign(`/sign-in?back=${encodeURIComponent(here())}`);
  return new Problem(status, { detail: word("toast.signed_out"), code: "signed_out" });
}

const here = () => window.location.pathname + window.location.search;
export { csrf };
