/** A message's content on either side. Plain text is drawn at once; the other kinds come with their first message. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MessageContext } from "./context.ts";
import type { KindProps } from "./kinds.tsx";

interface Kinds {
  readonly Kind: (props: KindProps) => ComponentChildren;
  readonly words: KindProps["words"];
}

const loaded = new Map<string, Kinds>();
const loading = new Map<string, Promise<Kinds>>();

function load(language: string): Promise<Kinds> {
  const running = loading.get(language);
  if (running) return running;
  const asked = import("./kinds.tsx")
    .then(async ({ Kind, readWords }) => {
      const kinds = { Kind, words: await readWords(language) };
      loaded.set(language, kinds);
      return kinds;
    })
    .finally(() => loading.delete(language));
  loading.set(language, asked);
  return asked;
}

/** How often in a row the part is asked for where the line is down. */
const TRIES = 5;

function useKinds(language: string): Kinds | undefined {
  const [, draw] = useState(0);
  const known = loaded.get(language);
  useEffect(() => {
    if (known) return;
    let wanted = true;
    let tries = 0;
    const ask = (): void => {
      tries += 1;
      load(language).then(
        () => wanted && draw((turn) => turn + 1),
        () => wanted && tries < TRIES && setTimeout(ask, 2000 * tries),
      );
    };
    ask();
    return () => {
      wanted = false;
    };
  }, [language, known]);
  return known;
}

/** Room for a picture whose part is on its way, so that nothing jumps when it comes. */
function roomOf(content: unknown): Readonly<Record<string, string>> | undefined {
  const { width, height } = (content ?? {}) as { width?: unknown; height?: unknown };
  if (typeof width !== "number" || typeof height !== "number") return undefined;
  const scale = Math.min(1, 280 / width, 320 / height);
  return { width: `${Math.max(72, width * scale)}px`, height: `${Math.max(56, height * scale)}px` };
}

interface MessageBodyProps {
  readonly type: string;
  readonly content: unknown;
  readonly context: MessageContext;
}

/** Every kind but the words of a text; for a text the card under it. Draws nothing but its room until the part is there. */
export function MessageBody({ type, content, context }: MessageBodyProps) {
  const kinds = useKinds(context.language);
  if (kinds) return <kinds.Kind type={type} content={content} context={context} words={kinds.words} />;
  return type === "text" ? null : <div class="u-room" style={roomOf(content)} aria-busy="true" />;
}
