// Requests to the gateway's own API: session cookie, CSRF header, problems as errors that carry their sentence.
import { hasWord, word } from "./words.js";

const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

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

export async function call(path, { method = "GET", body, headers = {}, signal } = {}) {
  const isForm = body instanceof FormData;
  const response = await fetch(path, {
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
  return answer(response);
}

async function answer(response) {
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await response.json() : {};
  if (!response.ok) throw refused(response.status, body);
  return { body, etag: response.headers.get("ETag") ?? "", status: response.status };
}

export function refused(status, body) {
  if (status === 401) window.location.assign(`/sign-in?back=${encodeURIComponent(here())}`);
  return new Problem(status, body);
}

const here = () => window.location.pathname + window.location.search;
export { csrf };
