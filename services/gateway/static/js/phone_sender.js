// Sends what waits on this phone, one tab at a time and in its order. Runs in pages and in the worker: it draws nothing.
import { changePhoto, changeSending, newId, photo, photosIn, sendingsOf, settle } from "./phone_store.js";

const API = "/api/v1";
const PATIENCE = 60_000; // milliseconds for one request
const AGAIN = [408, 425, 429];
const NOT_NOW = ["request_in_progress", "changed_meanwhile", "csrf_token_invalid", "not_late", "upload_unknown"];
const TOO_LATE = ["step_not_possible", "answered_in_vain", "not_the_owner", "task_changed"];
const OTHER_PHOTO = ["upload_differs", "upload_damaged"];

class Later extends Error {} // no connection, or nobody answers: it is tried again
class Busy extends Later {} // the server answers that it cannot take this one now
class SignedOut extends Error {}
class Refusal extends Error {
  constructor(status, body) {
    super(body.detail ?? "");
    this.problem = { status, code: body.code ?? "", detail: body.detail ?? "", reason: body.facts?.reason ?? "" };
  }
}

async function ask(path, { method = "GET", body, headers = {}, csrf = "" } = {}) {
  const isForm = body instanceof FormData;
  const told = { Accept: "application/json", ...(csrf ? { "X-CSRF-Token": csrf } : {}), ...headers };
  if (body && !isForm) told["Content-Type"] = "application/json";
  const sent = body && !isForm ? JSON.stringify(body) : body;
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const response = await fetch(path, { method, headers: told, body: sent, credentials: "same-origin", cache: "no-store", signal });
    return judged(response, response.status === 204 ? {} : await response.json());
  } catch (problem) {
    if ([SignedOut, Refusal, Busy].some((kind) => problem instanceof kind)) throw problem;
    throw new Later(problem.message);
  }
}

function judged(response, body) {
  if (response.ok) return body;
  if (response.status === 401) throw new SignedOut();
  if (AGAIN.includes(response.status)) throw new Later(body.detail);
  if (response.status >= 500 || NOT_NOW.includes(body.code)) throw new Busy(body.detail);
  throw new Refusal(response.status, body);
}

const alone = (work) =>
  navigator.locks ? navigator.locks.request("sise-sending", { ifAvailable: true }, (lock) => (lock ? work() : "busy")) : work();

// Sends all that waits here for who is signed in. Returns "done", "busy" (another tab does it), "later" or "signed_out".
export function sendAll() {
  return alone(async () => {
    try {
      const session = await ask("/phone/session");
      return await sendInTurn(await sendingsOf(session.person), session);
    } catch (problem) {
      if (problem instanceof SignedOut) return "signed_out";
      if (problem instanceof Later) return "later";
      throw problem;
    }
  });
}

// What the server cannot take now keeps nothing else back, except what belongs to the same chain and was done later.
async function sendInTurn(all, session) {
  const held = new Set();
  const found = [];
  for (const one of all.filter((each) => !each.settled_at)) {
    const isNext = one.state === "waiting" && !held.has(one.chain);
    const outcome = isNext ? await sendOrLeave(one, session) : "held";
    found.push(outcome);
    if (one.chain && outcome !== "done") held.add(one.chain);
  }
  return found.includes("later") ? "later" : "done";
}

async function sendOrLeave(one, session) {
  try {
    return await send(one, session);
  } catch (problem) {
    if (problem instanceof Busy) return "later";
    throw problem;
  }
}

async function send(one, session) {
  try {
    for (const [at, id] of photosIn(one).entries()) {
      await sendPhoto(await photo(id), one, session);
      await changeSending(one.id, { sent: at + 1 });
    }
    await KINDS[one.kind].send(one, session);
    return "done";
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    await changeSending(one.id, { state: "refused", problem: problem.problem });
    return "refused";
  }
}

const KINDS = {
  check: { send: sendCheck, photo: sendInParts },
  survey: { send: sendSurvey, photo: sendWhole },
  visit: { send: sendVisitStep, photo: sendInParts },
};

async function sendPhoto(kept, one, session) {
  if (!kept || kept.attachment) return;
  await changePhoto(kept.id, { attachment: await KINDS[one.kind].photo(kept, session) });
}

const facts = (kept) => ({ enterprise_id: kept.enterprise, taken_at: kept.taken_at, ...(kept.place ?? {}) });
const hex = (digest) => [...new Uint8Array(digest)].map((one) => one.toString(16).padStart(2, "0")).join("");
const digestOf = async (blob) => hex(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));

// A photo goes in parts: after a break only those are sent that are missing.
async function sendInParts(kept, { csrf_token: csrf }) {
  const path = `${API}/inspections/uploads/${kept.upload}`;
  const about = { ...facts(kept), size: kept.blob.size, sha256: await digestOf(kept.blob) };
  try {
    const state = await ask(path, { method: "PUT", body: about, csrf });
    for (const offset of state.missing) {
      const part = kept.blob.slice(offset, offset + state.part_bytes);
      const body = new FormData();
      body.append("sha256", await digestOf(part));
      body.append("file", part, "part");
      await ask(`${path}/parts/${offset}`, { method: "PUT", body, csrf });
    }
    return (await ask(`${path}/finish`, { method: "POST", csrf })).id;
  } catch (problem) {
    if (!(problem instanceof Refusal) || !OTHER_PHOTO.includes(problem.problem.code)) throw problem;
    await changePhoto(kept.id, { upload: newId() });
    throw new Later(problem.message);
  }
}

async function sendWhole(kept, { csrf_token: csrf }) {
  const body = new FormData();
  body.append("file", kept.blob, "photo");
  for (const [name, value] of Object.entries(facts(kept))) body.append(name, value);
  return (await ask(`${API}/registry/attachments`, { method: "POST", body, csrf })).id;
}

async function attachmentsOf(one) {
  const pairs = await Promise.all(
    Object.entries(one.photos).map(async ([item, ids]) => [item, (await Promise.all(ids.map(photo))).flatMap((kept) => kept?.attachment ?? [])]),
  );
  return Object.fromEntries(pairs);
}

// Hands a check in; when its task can take it no more it is kept beside the task.
async function sendCheck(one, { csrf_token: csrf }) {
  const path = `${API}/inspections/tasks/${one.task}`;
  const body = { ...one.body, photos: await attachmentsOf(one), sending_id: one.id };
  for (const [at, step] of (one.steps ?? []).entries()) await sendStep(`${path}/steps`, step, { key: `${one.id}-${at}`, csrf });
  try {
    await ask(`${path}/submit`, { method: "POST", body, headers: { "Idempotency-Key": one.id }, csrf });
    await settle(one, "arrived");
  } catch (problem) {
    if (!(problem instanceof Refusal) || !TOO_LATE.includes(problem.problem.code)) throw problem;
    const { items } = await ask(`${path}/late-checks/${one.id}`, { method: "PUT", body, csrf });
    await settle(one, "kept", items.find((kept) => kept.id === one.id)?.reason);
  }
}

// What was done on site without a connection; somebody may have done it meanwhile.
async function sendStep(path, body, { key, csrf }) {
  try {
    await ask(path, { method: "POST", body, headers: { "Idempotency-Key": key }, csrf });
  } catch (problem) {
    if (problem instanceof Refusal && TOO_LATE.includes(problem.problem.code)) return;
    if (problem instanceof Refusal) problem.problem.isStep = true;
    throw problem;
  }
}

async function sendSurvey(one, { csrf_token: csrf }) {
  const [photo_id] = Object.values(await attachmentsOf(one)).flat();
  await ask(`${API}/registry/surveys/${one.id}`, { method: "PUT", body: { ...one.body, ...(photo_id ? { photo_id } : {}) }, csrf });
  await settle(one, "arrived");
}

async function sendVisitStep(one, { csrf_token: csrf }) {
  const body = { ...one.body, ...(await attachmentsOf(one)) };
  const headers = { "Idempotency-Key": one.id };
  await ask(`${API}/inspections/visits/${one.visit}/${one.sends}`, { method: "POST", body, headers, csrf });
  await settle(one, "arrived");
}
