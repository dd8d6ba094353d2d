/** Where a client stands in each stream: what it has seen is not shown again, what is missing is asked for (relay contract 3). */
import type { Frames } from "@halloo/wire";
import type { Json } from "./line.ts";

/** Where a stream stands. */
export interface Position {
  readonly stream: string;
  readonly epoch: string;
  readonly offset: number;
}

interface Followed {
  /** null: at its head, wherever that is. */
  epoch: string | null;
  offset: number;
  /** `asking`: a gap is being asked for; `lost`: waits for a snapshot. Events are dropped meanwhile, they come again. */
  state: "reading" | "asking" | "lost";
}

export interface PositionsOptions {
  readonly onEvent: (name: string, data: Json, stream: string, offset: number, at: unknown) => void;
  readonly onLost: (stream: string) => void;
  /** A stream without position got one. */
  readonly onPlace?: (stream: string) => void;
  /** Asks for a stream from where it stands. */
  readonly subscribe: (want: Frames.Want) => void;
}

export function createPositions(options: PositionsOptions) {
  const streams = new Map<string, Followed>();

  const want = (id: string, { epoch, offset }: Followed): Frames.Want =>
    epoch === null ? { id } : { id, epoch, offset };

  const ask = (id: string): void => {
    const stream = streams.get(id);
    if (stream) options.subscribe(want(id, stream));
  };

  /** Takes the answer of `connected` or of `subscribe` to these wants. What it does not speak of any more is asked for anew. */
  const found = (answers: readonly Frames.Found[], wants: readonly Frames.Want[]): void => {
    const lost: string[] = [];
    for (const { id, epoch, offset, recovered } of answers) {
      const stream = streams.get(id);
      if (!stream) continue;
      const asked = wants.find((one) => one.id === id)?.epoch ?? null;
      if (stream.epoch !== asked) ask(id);
      else if (asked === null) {
        streams.set(id, { epoch, offset, state: "reading" });
        options.onPlace?.(id);
      } else if (recovered) stream.state = "reading";
      else {
        stream.state = "lost";
        lost.push(id);
      }
    }
    for (const id of lost) options.onLost(id);
  };

  return {
    ask,
    wants: (): Frames.Want[] => [...streams].map(([id, stream]) => want(id, stream)),
    found,
    /** A new line was made with these wants, and answered so: what was asked for on the old one is in it. */
    renew(answers: readonly Frames.Found[], wants: readonly Frames.Want[]): void {
      for (const stream of streams.values()) if (stream.state === "asking") stream.state = "reading";
      found(answers, wants);
      for (const id of streams.keys()) if (!wants.some((one) => one.id === id)) ask(id);
    },
    event(frame: Json): void {
      const id = String(frame["stream"]);
      const offset = Number(frame["offset"]);
      const stream = streams.get(id);
      if (stream?.state !== "reading" || offset <= stream.offset) return;
      if (stream.epoch !== null && offset > stream.offset + 1) {
        stream.state = "asking";
        ask(id);
        return;
      }
      stream.offset = offset;
      options.onEvent(String(frame["name"]), (frame["data"] ?? {}) as Json, id, offset, frame["at"]);
    },
    /** Another tab found out that events are missing. */
    lose(id: string): void {
      const stream = streams.get(id);
      if (!stream) return;
      stream.state = "lost";
      options.onLost(id);
    },
    follow(id: string, position?: { readonly epoch: string; readonly offset: number }): void {
      const known = streams.get(id);
      if (known && !position) return;
      const stream: Followed = { epoch: position?.epoch ?? null, offset: position?.offset ?? 0, state: "reading" };
      // A stream that is read goes on from where it is: a position behind would show events twice, one ahead would skip some.
      if (known && known.state !== "lost" && known.epoch === stream.epoch) return;
      streams.set(id, stream);
      ask(id);
    },
    /** Those of these that were followed until now. */
    unfollow: (ids: readonly string[]): readonly string[] => ids.filter((id) => streams.delete(id)),
    ids: (): readonly string[] => [...streams.keys()],
    /** Where a stream that is read stands; null where that is not known. */
    at(id: string): Position | null {
      const stream = streams.get(id);
      if (!stream || stream.epoch === null || stream.state === "lost") return null;
      return { stream: id, epoch: stream.epoch, offset: stream.offset };
    },
  };
}
