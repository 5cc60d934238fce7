// Uploads that may be large: sent with progress, given up on demand, and only as much of them as is needed.
import { Problem, csrf, refused } from "./api.js";
import { word } from "./words.js";

const HEAD = 2 * 1024 * 1024;
const ZIP = [0x50, 0x4b];

// Returns the part of a file that a preview needs; a workbook is an archive and can only be read whole.
export async function beginningOf(file) {
  const start = new Uint8Array(await file.slice(0, 2).arrayBuffer());
  const isWhole = file.size <= HEAD || ZIP.every((byte, at) => start[at] === byte);
  return { part: isWhole ? file : file.slice(0, HEAD), isWhole };
}

// Sends a form and resolves with the JSON answer; rejects with a Problem, or with AbortError when given up.
export function upload(path, form, { headers = {}, onProgress = () => {}, signal } = {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    for (const [name, value] of Object.entries({ Accept: "application/json", "X-CSRF-Token": csrf, ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status < 300) resolve(request.response);
      else reject(refused(request.status, request.response ?? {}));
    });
    request.addEventListener("error", () => reject(new Problem(0, { detail: word("import.upload_broken"), code: "offline" })));
    request.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
