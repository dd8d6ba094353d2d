/** The shapes of web hooks, under the names that these pages use. */
import type { DeliveryView, HookPut, HookView } from "../data/types.ts";

export type {
  AttemptTimings as Timings,
  AttemptView,
  DeliveryDetail,
  DeliveryView,
  HookEvent,
  HookQuarter as Quarter,
  HookSaved,
  HookSecretCreated,
  HookSecretView,
  HookView,
  ReplayStarted,
  ReplayView,
} from "../data/types.ts";

export type HookWrite = HookPut;
export type DeliveryState = DeliveryView["state"];
export type Ordered = HookView["ordered"];

/** The states of a delivery, in the order in which one asks for them. */
export const DELIVERY_STATES = [
  "pending",
  "delivered",
  "exhausted",
  "held",
  "cancelled",
  "too_large",
] as const satisfies readonly DeliveryState[];
