// Surveys wait on the phone until they were received; each has its own number, so that sending one twice doubles nothing.
import { call } from "./api.js";

const KEY = "sise.surveys";

export const waiting = () => JSON.parse(window.localStorage.getItem(KEY) ?? "[]");
const keep = (surveys) => window.localStorage.setItem(KEY, JSON.stringify(surveys));

export function add(content) {
  const survey = { id: window.crypto.randomUUID(), content };
  keep([...waiting(), survey]);
  return survey;
}

const drop = (id) => keep(waiting().filter((one) => one.id !== id));

// Sends one survey. Without a connection it stays; one that is refused is given back to whoever filled it in.
export async function send({ id, content }) {
  try {
    await call(`/api/v1/registry/surveys/${id}`, { method: "PUT", body: content });
  } catch (problem) {
    if (problem.status === 0 || problem.status >= 500) return false;
    drop(id);
    throw problem;
  }
  drop(id);
  return true;
}

// Sends all that wait and returns how many arrived; those that are refused are told to `onRefused`.
export async function sendAll(onRefused) {
  let sent = 0;
  for (const survey of waiting()) {
    try {
      sent += (await send(survey)) ? 1 : 0;
    } catch (problem) {
      onRefused(problem);
    }
  }
  return sent;
}
