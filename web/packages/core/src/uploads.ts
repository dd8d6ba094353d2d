/**
 * Files on their way: three at once, each asked for, brought and looked at before a message names it. A line that breaks is taken up
 * where the server says it broke; a target that is gone is asked for anew. The bytes are the browser's and do not survive a reload.
 */
import type { Refusal } from "./refusal.ts";
import type { Attachment, Uploads, UploadsOptions } from "./upload-queue.ts";
import { localRefusal } from "./upload-rules.ts";
import { bring, OFFLINE, type Opened, type UploadDraft } from "./upload-steps.ts";

export type { Attachment, Uploads, UploadsOptions } from "./upload-queue.ts";
export type { UploadRules } from "./upload-rules.ts";
export type { Carried, Carry, Opened, UploadDraft } from "./upload-steps.ts";

export const AT_ONCE = 3;
/** Tries in a row that brought nothing, while the line was up. */
export const TRIES = 6;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A wait beyond this is no wait but a no: the day is full. */
export const LONGEST_WAIT_MS = 15 * 60_000;
const FULL_MS = 3_000;

/** What only the queue needs to know of a file. */
interface Job {
  readonly abort: AbortController;
  busy: boolean;
  /** The server was asked for a target; from then on its bytes are counted by the server. */
  target: Opened | null;
  /** Nothing is tried before. */
  due: number;
  /** Tries in a row that brought nothing, and those of them while the line was up. */
  fails: number;
  strikes: number;
  /** Bytes that the server said it has: what left the browser may have gone nowhere. */
  sure: number;
}

/** Failures after which the same file may well pass. */
const AGAIN: ReadonlySet<string> = new Set([
  "upload_damaged",
  "upload_incomplete",
  "upload_not_found",
  "upload_quota",
  "too_many_files",
]);

export function createUploads(options: UploadsOptions): Uploads {
  const { clock, refuse } = options;
  const jobs = new Map<string, Job>();
  let items: readonly Attachment[] = [];
  let wake: { readonly at: number; readonly cancel: () => void } | null = null;
  /** The server takes no new files before. */
  let closedUntil = 0;
  let releasing = false;

  const show = (next: readonly Attachment[]): void => {
    items = next;
    options.onChange(items);
  };
  const find = (id: string): Attachment | undefined => items.find((item) => item.id === id);
  const change = (id: string, fields: Partial<Attachment>): void => {
    if (find(id)) show(items.map((item) => (item.id === id ? { ...item, ...fields } : item)));
  };

  const wakeAt = (at: number): void => {
    if (wake && wake.at <= at) return;
    wake?.cancel();
    const cancel = clock.after(Math.max(0, at - clock.now()), () => {
      wake = null;
      release();
      pump();
    });
    wake = { at, cancel };
  };

  const fail = (id: string, error: Refusal, retryable = AGAIN.has(error.code) || error.passing): void => {
    const job = jobs.get(id);
    // What failed has no target that would take more.
    if (job) job.target = null;
    change(id, { state: "failed", error, retryable, uploadId: null, until: null, sent: 0 });
    release();
  };

  /** Tries again by itself after a while, or fails. */
  const stumble = (id: string, job: Job, error: Refusal): void => {
    const asked = error.retryAfterMs;
    if (asked !== null && asked > LONGEST_WAIT_MS) {
      fail(id, refuse("upload_quota", error.message, error.status, error.details, asked));
      return;
    }
    job.fails += 1;
    // Who is asked to be slower has not failed.
    if (error.code !== "rate_limited" && options.live()) job.strikes += 1;
    if (job.strikes >= TRIES) {
      fail(id, error, true);
      return;
    }
    const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (job.fails - 1));
    job.due = clock.now() + (asked ?? pause * (0.75 + clock.random() / 4));
    if (asked !== null && job.target === null) closedUntil = Math.max(closedUntil, job.due);
    change(id, { state: "waiting", error, until: asked === null ? null : job.due });
  };

  const begin = async (item: Attachment, job: Job): Promise<void> => {
    const { id, file } = item;
    job.busy = true;
    change(id, { state: "sending", error: null, until: null });
    try {
      await bring(file, job.abort.signal, {
        clock,
        refuse,
        carry: options.carry,
        open: async () => {
          const draft = await draftOf(file, options);
          if (job.abort.signal.aborted) throw refuse(OFFLINE);
          return options.open(draft);
        },
        target: job.target,
        onTarget: (target) => {
          job.target = target;
          job.sure = 0;
          change(id, { uploadId: target?.upload_id ?? null, sent: 0 });
        },
        onSure: (bytes) => {
          if (bytes > job.sure) Object.assign(job, { sure: bytes, fails: 0, strikes: 0 });
        },
        onSent: (sent) => {
          if (find(id)?.sent !== sent) change(id, { sent, state: sent >= file.size ? "checking" : "sending" });
        },
      });
      if (!job.abort.signal.aborted) change(id, { state: "done", sent: file.size, error: null, retryable: false });
    } catch (error) {
      if (job.abort.signal.aborted) return;
      const refusal = isRefusal(error) ? error : refuse("unknown");
      if (refusal.passing) stumble(id, job, refusal);
      else fail(id, refusal);
    } finally {
      job.busy = false;
      release();
      pump();
    }
  };

  function pump(): void {
    let busy = [...jobs.values()].filter((job) => job.busy).length;
    for (const item of items) {
      const job = jobs.get(item.id);
      if (!job || job.busy || item.state !== "waiting") continue;
      const due = Math.max(job.due, job.target === null ? closedUntil : 0);
      if (due > clock.now()) wakeAt(due);
      else if (busy < AT_ONCE) {
        busy += 1;
        void begin(item, job);
      }
    }
  }

  /** Hands out what is there and wanted, in each thread up to the first that is still on its way. */
  function release(): void {
    // Whoever takes one may make the next one ready.
    if (releasing) return;
    releasing = true;
    const held = new Set<string>();
    for (const { id, thread } of items) {
      const item = find(id);
      if (!item?.wanted || item.state === "failed" || held.has(thread)) continue;
      if (item.state !== "done") held.add(thread);
      else if (options.ready(item)) {
        jobs.delete(id);
        show(items.filter((other) => other.id !== id));
      } else {
        held.add(thread);
        wakeAt(clock.now() + FULL_MS);
      }
    }
    releasing = false;
  }

  const drop = (id: string): void => {
    jobs.get(id)?.abort.abort();
    jobs.delete(id);
  };

  const taken = (thread: string): number =>
    items.filter((item) => item.thread === thread && item.state !== "failed").length;

  return {
    get items() {
      return items;
    },
    add(thread, files, kind = "file", more = {}, wanted = false) {
      const rules = options.rules();
      let room = rules.most - taken(thread);
      const added: Attachment[] = [];
      for (const [index, file] of files.entries()) {
        const none = room <= 0;
        const error = none
          ? refuse("too_many_files", undefined, 0, { most: rules.most, left: files.length - index })
          : localRefusal(file, kind, rules, refuse);
        const id = options.uuid();
        const state = error ? "failed" : "waiting";
        const rest = { sent: 0, until: null, retryable: none, uploadId: null, wanted };
        added.push({ id, thread, file, kind, more, state, error, ...rest });
        // One line says it for all that found no room.
        if (none) break;
        if (!error) {
          room -= 1;
          jobs.set(id, newJob());
        }
      }
      if (added.length > 0) show([...items, ...added]);
      pump();
    },
    cancel(id) {
      const url = jobs.get(id)?.target?.put.url;
      drop(id);
      // What never came counts no more to the visitor's day. Where nobody hears it, the target runs out by itself.
      if (url) {
        const { signal } = new AbortController();
        options.carry({ method: "DELETE", url, headers: {}, body: null, signal, onSent() {} }).catch(() => {});
      }
      if (find(id)) show(items.filter((item) => item.id !== id));
      release();
      pump();
    },
    retry(id) {
      const item = find(id);
      if (item?.state !== "failed" || !item.retryable) return;
      const rules = options.rules();
      if (taken(item.thread) >= rules.most) return;
      const error = localRefusal(item.file, item.kind, rules, refuse);
      if (error) {
        fail(id, error, false);
        return;
      }
      jobs.set(id, newJob());
      change(id, { state: "waiting", error: null, retryable: false, sent: 0 });
      pump();
    },
    send(thread) {
      if (items.some((item) => item.thread === thread && !item.wanted)) {
        show(items.map((item) => (item.thread === thread ? { ...item, wanted: true } : item)));
      }
      release();
    },
    nudge() {
      for (const item of items) {
        const job = jobs.get(item.id);
        if (job && item.state === "waiting" && item.until === null) job.due = 0;
      }
      release();
      pump();
    },
    adopt(thread, conversation) {
      if (items.some((item) => item.thread === thread)) {
        show(items.map((item) => (item.thread === thread ? { ...item, thread: conversation } : item)));
        release();
      }
    },
    clear() {
      wake?.cancel();
      wake = null;
      closedUntil = 0;
      for (const { id } of items) drop(id);
      if (items.length > 0) show([]);
    },
  };
}

const isRefusal = (error: unknown): error is Refusal => error instanceof Error && "passing" in error;

const newJob = (): Job => ({
  abort: new AbortController(),
  busy: false,
  target: null,
  due: 0,
  fails: 0,
  strikes: 0,
  sure: 0,
});

/** What the server is told of a file before its bytes come. */
async function draftOf(file: File, { digest, refuse }: UploadsOptions): Promise<UploadDraft> {
  let sha256: string | null;
  try {
    sha256 = await digest(file);
  } catch {
    throw refuse("file_unreadable");
  }
  return { name: file.name, size: file.size, type: file.type, ...(sha256 === null ? {} : { sha256 }) };
}
