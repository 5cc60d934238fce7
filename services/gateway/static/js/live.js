// The event stream: one connection per page, its state shown, whatever was missed asked for again.
const KINDS = ["assessment_published", "change", "commitment_changed", "credit_changed", "enterprise_changed", "enterprise_graded", "enterprise_updated", "import_progress", "import_completed", "plan_published", "reset", "system", "work_changed"];

export function listen({ onEvent, onState }) {
  const source = new EventSource("/api/v1/events/stream");
  const receive = (message) => onEvent({ kind: message.type, ...parsed(message.data) });
  source.addEventListener("open", () => onState("open"));
  source.addEventListener("error", () => onState(source.readyState === EventSource.CLOSED ? "closed" : "connecting"));
  source.addEventListener("message", receive);
  for (const kind of KINDS) source.addEventListener(kind, receive);
  window.addEventListener("pagehide", () => source.close());
  return source;
}

function parsed(text) {
  const value = text ? JSON.parse(text) : {};
  return value && typeof value === "object" ? value : {};
}

// Runs a wish at once, the following ones `wait` milliseconds apart, never two at a time, and never loses the last one.
export function soon(work, wait = 250) {
  let timer = null;
  let isRunning = false;
  let isWanted = false;
  let endedAt = -Infinity;
  const run = async () => {
    timer = null;
    isRunning = true;
    isWanted = false;
    try {
      await work();
    } finally {
      isRunning = false;
      endedAt = performance.now();
      if (isWanted) timer = setTimeout(run, wait);
    }
  };
  return () => {
    isWanted = true;
    if (!timer && !isRunning) timer = setTimeout(run, Math.max(0, endedAt + wait - performance.now()));
  };
}
