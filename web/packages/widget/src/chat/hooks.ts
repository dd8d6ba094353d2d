/** How the chat app looks at the engine. */
import type { Translate } from "@halloo/core";
import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import type en from "../../../../messages/en/widget.json";
import type { Engine, State } from "../frame/engine.ts";

export type Messages = typeof en;

/** What every part of the app needs. */
export interface Around {
  readonly engine: Engine;
  readonly t: Translate<Messages>;
  readonly language: string;
  readonly mobile: boolean;
  /** The visitor closes the chat inside the frame; null where it is the whole page. */
  readonly close: (() => void) | null;
}

export const Around = createContext<Around | null>(null);

export function useAround(): Around {
  const around = useContext(Around);
  if (!around) throw new Error("outside of the chat");
  return around;
}

/** The engine's state; draws again when it changes. */
export function useEngine(engine: Engine): State {
  const [state, setState] = useState(engine.state);
  useEffect(() => {
    setState(engine.state);
    return engine.subscribe(() => setState(engine.state));
  }, [engine]);
  return state;
}
