/** What the queue of files needs of a browser: bytes with progress, and a hash. */
import type { Carry } from "./upload-steps.ts";

/** Brings bytes by XMLHttpRequest, the one way that tells how many went. */
export const carryByXhr: Carry = ({ method, url, headers, body, signal, onSent }) =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const cut = (): void => reject(new Error("offline"));
    const abort = (): void => request.abort();
    if (signal.aborted) {
      cut();
      return;
    }
    request.open(method, url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const { status, responseText: text } = request;
      resolve({ status, text, header: (name) => request.getResponseHeader(name) });
    };
    request.onerror = cut;
    request.onabort = cut;
    request.ontimeout = cut;
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(body);
  });

/** Beyond this a hash would need the whole file in memory. */
const HASHED_BYTES = 32 * 1024 * 1024;

/** SHA-256 in hex; null for large files, and where the browser has none to give. Rejects where the file cannot be read. */
export async function sha256Of(file: File): Promise<string | null> {
  if (file.size > HASHED_BYTES || !globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
