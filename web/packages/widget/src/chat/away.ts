/** Cards that were put away stay away. */
import type { Engine } from "../frame/engine.ts";

const KEPT = 30;

/** Remembers that this card is not wanted. */
export function putAway(engine: Engine, card: string): void {
  engine.remember({ away: [...(engine.state.memory.away ?? []), card].slice(-KEPT) });
}
