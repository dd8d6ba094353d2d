/** The messages of one conversation, with everything that is under way. */
import { textOf } from "@halloo/core/said.ts";
import { ArrowDown, RotateCw } from "lucide-preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Conversation, Face as Person, State } from "../frame/engine.ts";
import { LeaveEmail, Resume } from "./address.tsx";
import { Content, isBare, LinkCard, Text } from "./content.tsx";
import { Face } from "./faces.tsx";
import { Feedback } from "./feedback.tsx";
import { useAround } from "./hooks.ts";
import { type Item, type Line, threadItems } from "./items.ts";
import { AwayNote } from "./reply.tsx";
import { clockTime, dayName } from "./time.ts";

const NEAR_END = 80;
/** The server has no longer what was uploaded, and this page has no longer the file. */
const LOST = "upload_incomplete";

function failureKey(error: string | null): "failed_check" | "failed_file" | "failed" {
  if (error?.startsWith("bot_check")) return "failed_check";
  return error === LOST ? "failed_file" : "failed";
}

function Delivery({ line }: { line: Line }) {
  const { t, engine } = useAround();
  const { delivery, clientId } = line;
  if (delivery === null) return null;
  if (delivery === "failed" && clientId !== null) {
    const error = engine.state.outbox.find(({ client_id }) => client_id === clientId)?.error;
    return (
      <div class="h-delivery h-bad" role="alert">
        <span>{t(failureKey(error ?? null))}</span>
        {error !== LOST && (
          <button type="button" onClick={() => engine.again(clientId)}>
            <RotateCw size={12} strokeWidth={2} /> {t("retry")}
          </button>
        )}
        <button type="button" onClick={() => engine.discard(clientId)}>
          {t("discard")}
        </button>
      </div>
    );
  }
  const words = { sending: t("sending"), failed: t("failed"), sent: t("sent"), seen: t("seen") } as const;
  return (
    <div class={`h-delivery h-${delivery}`}>
      <Marks delivery={delivery} /> {words[delivery]}
    </div>
  );
}

/** One tick: stored. Two: seen. A ring: on its way. */
function Marks({ delivery }: { delivery: "sending" | "failed" | "sent" | "seen" }) {
  return (
    <svg viewBox="0 0 20 12" width="20" height="12" aria-hidden="true">
      {delivery === "sending" && <circle cx="10" cy="6" r="4" />}
      {delivery !== "sending" && <path d="M2 6.5 5.5 10 13 2" />}
      {delivery === "seen" && <path d="M8.5 9 9.7 10 17.5 2" />}
    </svg>
  );
}

/** What happened: a line between the messages. */
function Happening({ line }: { line: Line }) {
  const text = textOf(line.type, line.content);
  return text === "" || line.removed ? null : (
    <li class="h-system" dir="auto">
      {text}
    </li>
  );
}

export function Bubble({ line, thread }: { line: Line; thread: string }) {
  const { t, language } = useAround();
  const [tapped, setTapped] = useState(false);
  const bare = !line.removed && isBare(line.type, line.content);
  const shape = `${line.mine ? "h-mine" : "h-theirs"}${line.first ? " h-first" : ""}${line.last ? " h-last" : ""}`;
  return (
    <li class={`h-row ${shape}`}>
      {!line.mine && (line.last ? <Face person={line.author} size={28} /> : <span class="h-face-space" />)}
      <div class="h-stack">
        {!line.mine && line.first && (
          <span class="h-author" dir="auto">
            {line.author.name}
          </span>
        )}
        <span class="h-hidden">{line.mine ? t("you") : line.author.name}: </span>
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: a tap only shows the time, which hover and focus show as well */}
        {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
        <div
          class={`${bare ? "h-bare" : "h-bubble"}${line.removed ? " h-gone" : ""}`}
          dir="auto"
          onClick={({ target }) => (target as Element).closest("a, button, textarea") || setTapped(!tapped)}
        >
          {line.removed ? t("removed") : <Content line={line} thread={thread} />}
        </div>
        {!line.removed && <LinkCard line={line} thread={thread} />}
        <time class={tapped ? "h-time h-tapped" : "h-time"} dateTime={new Date(line.at).toISOString()}>
          {clockTime(language, line.at)}
          {line.edited && !line.removed && ` · ${t("edited")}`}
        </time>
        <Delivery line={line} />
      </div>
    </li>
  );
}

function Typing({ people }: { people: readonly Person[] }) {
  const { t } = useAround();
  const [first] = people;
  if (!first) return null;
  return (
    <li class="h-row h-theirs h-first h-last h-typing">
      <Face person={first} size={28} />
      <div class="h-stack">
        <div class="h-bubble">
          <span class="h-hidden">{t("typing", { name: first.name })}</span>
          <span class="h-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
        </div>
      </div>
    </li>
  );
}

/** The greeting stands where an operator's first message would. */
export function Greeting({ state }: { state: State }) {
  const { engine, t } = useAround();
  const { greeting, chat } = engine.record.config.v1;
  const [face] = state.team.faces;
  const person = face ?? { id: engine.record.id, name: chat.title, avatar: null };
  return (
    <li class="h-row h-theirs h-first h-last">
      <Face person={person} size={28} />
      <div class="h-stack">
        <span class="h-author" dir="auto">
          {person.name}
        </span>
        <div class="h-bubble" dir="auto">
          <Text content={greeting.text || t("greeting_default")} />
        </div>
      </div>
    </li>
  );
}

function Bones() {
  return (
    <div class="h-bones" aria-hidden="true">
      <span />
      <span />
      <span />
      <span />
    </div>
  );
}

interface ThreadProps {
  readonly id: string;
  readonly state: State;
  readonly conversation: Conversation | undefined;
  /** Nothing was said yet. */
  readonly empty: boolean;
  /** The thread moved away from its end: the header shrinks. */
  readonly onRead: (away: boolean) => void;
}

export function Thread({ id, state, conversation, empty, onRead }: ThreadProps) {
  const { engine, t, language } = useAround();
  const thread = state.threads[id];
  const outgoing = useMemo(() => state.outbox.filter((item) => item.thread === id), [state.outbox, id]);
  const messages = thread?.messages ?? [];
  const readSeq = conversation?.operator_read_seq ?? 0;
  const items = useMemo(() => threadItems(messages, outgoing, readSeq), [messages, outgoing, readSeq]);
  const typing = state.typing[id] ?? [];
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const top = useRef(0);
  const before = useRef({ height: 0, firstKey: "" });
  const [fresh, setFresh] = useState(false);
  const lastKey = items.at(-1)?.key;
  const lastMine = (items.at(-1) as Line | undefined)?.mine === true;

  // Older messages above must not move what one reads; new ones below keep the end in sight.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const firstKey = items.find(({ kind }) => kind === "message")?.key ?? "";
    const grown = element.scrollHeight - before.current.height;
    if (!atEnd.current && before.current.firstKey && firstKey !== before.current.firstKey) element.scrollTop += grown;
    else if (atEnd.current) element.scrollTop = element.scrollHeight;
    before.current = { height: element.scrollHeight, firstKey };
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when a message comes at the end
  useEffect(() => {
    if (lastMine) toEnd();
    else if (!atEnd.current && lastKey) setFresh(true);
  }, [lastKey]);

  const broken = thread?.failed === true && messages.length === 0;
  // The box changes its size with keyboard, composer and window, and what is in it when pictures and cards come.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other things are in the box then
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    for (const inside of element.children) observer.observe(inside);
    return () => observer.disconnect();
  }, [broken]);

  const toEnd = (): void => {
    const element = box.current;
    if (!element) return;
    atEnd.current = true;
    setFresh(false);
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    element.scrollTo({ top: element.scrollHeight, behavior: smooth ? "smooth" : "auto" });
  };

  const onScroll = (): void => {
    const element = box.current;
    if (!element) return;
    const rest = element.scrollHeight - element.scrollTop - element.clientHeight;
    // What grew before this was told moved the end away, and not the reader: only who scrolls back leaves it.
    atEnd.current = rest < NEAR_END || (atEnd.current && element.scrollTop >= top.current);
    top.current = element.scrollTop;
    if (atEnd.current) setFresh(false);
    onRead(rest > NEAR_END * 3);
    if (element.scrollTop < NEAR_END) void engine.older(id);
  };

  const whole = !thread?.more;
  return (
    <div class="h-thread">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: who has no mouse scrolls with the keys */}
      <div ref={box} class="h-scroll" role="log" aria-label={t("messages")} tabIndex={0} onScroll={onScroll}>
        {broken ? (
          <div class="h-sorry">
            <p>{t("load_failed")}</p>
            <button type="button" class="h-soft-button" onClick={() => void engine.reload(id)}>
              {t("load_again")}
            </button>
          </div>
        ) : (
          <>
            {thread?.loading && messages.length === 0 && outgoing.length === 0 && <Bones />}
            <ol class="h-list">
              {whole && (!thread?.loading || items.length > 0) && <Greeting state={state} />}
              {empty && <AwayNote state={state} />}
              {empty && (
                <li class="h-entry">
                  <Resume state={state} />
                </li>
              )}
              {items.map((item: Item) =>
                item.kind === "day" ? (
                  <li key={item.key} class="h-day">
                    <span>{dayName(language, item.at, Date.now())}</span>
                  </li>
                ) : item.type === "event" ? (
                  <Happening key={item.key} line={item} />
                ) : (
                  <Bubble key={item.key} line={item} thread={id} />
                ),
              )}
              {conversation?.state === "resolved" && <li class="h-system">{t("conversation_ended")}</li>}
              {conversation && <Feedback conversation={conversation} state={state} />}
              {conversation && conversation.state === "pending" && (
                <LeaveEmail conversation={conversation} state={state} />
              )}
              <Typing people={typing} />
            </ol>
          </>
        )}
      </div>
      {fresh && (
        <button type="button" class="h-pill" onClick={toEnd}>
          <ArrowDown size={16} strokeWidth={2} /> {t("new_messages")}
        </button>
      )}
    </div>
  );
}
