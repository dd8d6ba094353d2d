/** A refusal of the server, or of the line to it, with the stable code of the contracts. */
export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly code: string,
    message: string = code,
    /** HTTP status; 0 where the refusal came over the relay or the line failed. */
    readonly status = 0,
    readonly details: Readonly<Record<string, unknown>> = {},
    /** How long to wait before trying again, where the server said so. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(message);
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get passing(): boolean {
    return TRANSIENT.has(this.code) || this.status >= 500;
  }
}

/** The code of a request that was cut off: nobody knows whether it was done, repeat it with the same `client_id`. */
export const OFFLINE = "offline";

const TRANSIENT: ReadonlySet<string> = new Set([OFFLINE, "rate_limited", "unavailable", "bad_answer"]);

/** The code of anything thrown. */
export const codeOf = (error: unknown): string => (error instanceof Refusal ? error.code : "unknown");
