/** The shapes of web hooks (hooks contract 11 and 17). */
export type HookState = "active" | "failing" | "open" | "disabled";
export type LastCall = "not_called" | "succeeded" | "failed";
export type Signing = "none" | "signed";
export type Ordered = "none" | "conversation" | "all";
export type Retry = "standard" | "none";
export type DeliveryState = "pending" | "delivered" | "exhausted" | "held" | "cancelled" | "too_large";

export interface HookSecret {
  readonly id: string;
  readonly role: "current" | "next";
  readonly created_at: string;
  readonly hint: string;
  readonly promotes_at?: string | null;
}

export interface HookView {
  readonly id: string;
  readonly kind: "website" | "plugin";
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly state: HookState;
  readonly disabled_reason: "operator" | "failing" | "gone" | null;
  readonly last_call: LastCall;
  readonly last_call_at: string | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly failing_since?: string | null;
  readonly signing: Signing;
  readonly secrets: readonly HookSecret[];
  readonly timeout_ms: number;
  readonly max_in_flight: number;
  readonly ordered: Ordered;
  readonly retry: Retry;
  readonly headers: Readonly<Record<string, string>>;
  readonly waiting: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly warning?: "dns" | null;
  /** Shown in the answer that made it, never again. */
  readonly secret?: string | null;
}

export interface HookWrite {
  readonly name?: string;
  readonly url?: string;
  readonly events?: readonly string[];
  readonly signing?: Signing;
  readonly timeout_ms?: number;
  readonly max_in_flight?: number;
  readonly ordered?: Ordered;
  readonly retry?: Retry;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HookSecretCreated {
  readonly id: string;
  readonly role: "next";
  readonly secret: string;
  readonly created_at: string;
  readonly promotes_at: string;
}

export interface HookEvent {
  readonly name: string;
  readonly class: "fact" | "light" | "reserved";
  readonly group: string;
  readonly sentence: string;
  readonly secret: boolean;
  readonly sample: unknown;
}

export interface Quarter {
  readonly at: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly p95_ms: number | null;
}

export interface DeliveryView {
  readonly id: string;
  readonly fact_id: string;
  readonly webhook_id: string;
  readonly event: string;
  readonly session_id: string | null;
  readonly series: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly created_at: string;
  readonly next_attempt_at: string | null;
  readonly last_outcome: string | null;
  readonly last_status: number | null;
  readonly replay: boolean;
}

/** An attempt in short, as a delivery lists it. */
export interface AttemptBrief {
  readonly n: number;
  readonly started_at: string;
  readonly outcome: string;
  readonly status: number | null;
}

export interface DeliveryDetail extends DeliveryView {
  readonly tries: readonly AttemptBrief[];
}

export interface Timings {
  readonly resolve: number;
  readonly connect: number;
  readonly tls: number;
  readonly answer: number;
  readonly total: number;
}

export interface AttemptView extends AttemptBrief {
  readonly remote_address: string | null;
  readonly timings: Timings;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string | null;
  };
  readonly response: {
    readonly status_line: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
    readonly truncated: boolean;
  } | null;
}

export interface ReplayStarted {
  readonly replay_id: string;
  readonly count: number;
}

export interface ReplayView {
  readonly planned: number;
  readonly delivered: number;
  readonly failed: number;
  readonly left: number;
}
