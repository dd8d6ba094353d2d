/**
 * One try to bring a file to the storage host: where it is new a target is asked for and the whole is put there, else the server says
 * how much it has, and what follows goes on from there (embedding contract 8.2).
 */
import type { Clock } from "./ports.ts";
import type { OFFLINE as OfflineCode, Refusal } from "./refusal.ts";
import type { Refuse } from "./upload-rules.ts";

/** What `POST …/uploads` is told. */
export interface UploadDraft {
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly sha256?: string;
}

/** What it answers. */
export interface Opened {
  readonly upload_id: string;
  readonly put: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
}

export interface Carried {
  readonly status: number;
  readonly text: string;
  header(name: string): string | null;
}

/**
 * Brings bytes and tells how many went. Rejects where the line broke, and when `signal` aborts.
 */
export type Carry = (request: {
  readonly method: "PUT" | "PATCH" | "HEAD" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Blob | null;
  readonly signal: AbortSignal;
  readonly onSent: (bytes: number) => void;
}) => Promise<Carried>;

export interface Steps {
  readonly refuse: Refuse;
  readonly clock: Clock;
  readonly carry: Carry;
  readonly open: () => Promise<Opened>;
  readonly target: Opened | null;
  /** The target is another one; null: there is none any more. */
  readonly onTarget: (target: Opened | null) => void;
  /** So much has left the browser, or is there. */
  readonly onSent: (bytes: number) => void;
  /** So much is there. */
  readonly onSure: (bytes: number) => void;
}

/** As in `refusal.ts`, which is loaded by then. */
export const OFFLINE: typeof OfflineCode = "offline";
/** A line on which nothing moves for so long is dead, whatever it says; the server may look at a large file for longer. */
export const STILL_MS = 30_000;
export const LOOK_MS = 120_000;
/** How often a try goes on elsewhere before it takes a pause. */
const TURNS = 8;

const parse = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

function refusalOf({ status, text, header }: Carried, refuse: Refuse): Refusal {
  const { error, message, details } = parse(text);
  const wait = Number(header("retry-after"));
  return refuse(
    typeof error === "string" ? error : status === 404 ? "upload_not_found" : "bad_answer",
    typeof message === "string" ? message : `HTTP ${status}`,
    status,
    (details ?? {}) as Record<string, unknown>,
    wait > 0 ? wait * 1000 : null,
  );
}

const offsetIn = ({ header }: Carried, size: number): number | null => {
  const text = header("upload-offset");
  const offset = Number(text);
  return text !== null && Number.isSafeInteger(offset) && offset >= 0 && offset <= size ? offset : null;
};

/** Whether the browser can still read the file: it may have been moved, changed, or be a folder. */
async function readable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Rejects with a `Refusal`; what is `passing` may be tried again, and goes on where this try ended. */
export async function bring(file: File, signal: AbortSignal, steps: Steps): Promise<void> {
  let { target } = steps;
  /** Where to go on; null: ask. */
  let offset: number | null = null;
  let renewed = false;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const fresh = target === null;
    if (target === null) {
      target = await steps.open();
      steps.onTarget(target);
    }
    if (signal.aborted) throw steps.refuse(OFFLINE);
    const step = await advance(file, target, fresh ? "whole" : offset, signal, steps);
    if (step === "done") return;
    if (step === "gone") {
      steps.onTarget(null);
      // A new target that is gone at once is none.
      if (renewed || fresh) throw steps.refuse("upload_not_found", undefined, 404);
      renewed = true;
      target = null;
      offset = null;
    } else {
      offset = step;
      steps.onSure(step);
    }
  }
  throw steps.refuse(OFFLINE);
}

/** One request. Gives where to go on, or that all is done, or that the target is gone. */
async function advance(
  file: File,
  target: Opened,
  from: number | "whole" | null,
  signal: AbortSignal,
  steps: Steps,
): Promise<number | "done" | "gone"> {
  const { url, headers } = target.put;
  const start = typeof from === "number" ? from : 0;
  const asks = from === null;
  const request = asks
    ? ({ method: "HEAD", url, headers: {}, body: null } as const)
    : from === "whole"
      ? ({ method: "PUT", url, headers, body: file } as const)
      : ({
          method: "PATCH",
          url,
          headers: { ...headers, "upload-offset": String(start) },
          body: file.slice(start),
        } as const);
  if (!asks) steps.onSent(start);
  const answer = await watched(request, signal, steps, (bytes) => {
    if (!asks) steps.onSent(Math.min(file.size, start + bytes));
  }).catch(async () => {
    const lost = !signal.aborted && !(await readable(file));
    throw steps.refuse(lost ? "file_unreadable" : OFFLINE);
  });
  const offset = offsetIn(answer, file.size);
  if (answer.status === 404) return "gone";
  if ((answer.status === 409 || answer.status === 204) && offset !== null) return offset;
  if (answer.status === 200 && !asks) return "done";
  throw refusalOf(answer, steps.refuse);
}

/** A request whose line is given up when nothing moves on it. */
async function watched(
  request: Omit<Parameters<Carry>[0], "signal" | "onSent">,
  signal: AbortSignal,
  { clock, carry }: Steps,
  onSent: (bytes: number) => void,
): Promise<Carried> {
  const still = new AbortController();
  const stop = (): void => still.abort();
  const size = request.body?.size ?? 0;
  let cancel = clock.after(size > 0 ? STILL_MS : LOOK_MS, stop);
  signal.addEventListener("abort", stop);
  try {
    return await carry({
      ...request,
      signal: still.signal,
      onSent(bytes) {
        cancel();
        cancel = clock.after(bytes < size ? STILL_MS : LOOK_MS, stop);
        onSent(bytes);
      },
    });
  } finally {
    cancel();
    signal.removeEventListener("abort", stop);
  }
}
