// Requests to the gateway's own API: session cookie, CSRF header, problems as errors that carry their sentence.
import { word } from "./words.js";

const csrf = document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || word("toast.failed"));
    this.status = status;
    this.code = body.code ?? "";
    this.errors = body.errors ?? [];
  }
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
  if (response.status === 401) window.location.assign(`/sign-in?back=${encodeURIComponent(here())}`);
  const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
  const body = isJson ? await response.json() : {};
  if (!response.ok) throw new Problem(response.status, body);
  return { body, etag: response.headers.get("ETag") ?? "", status: response.status };
}

const here = () => window.location.pathname + window.location.search;
export { csrf };
