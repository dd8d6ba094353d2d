/** What was said, with its days, its runs and its marks. Older messages load above; the end is held while one is at the end. */
import { Avatar, Button, cx, IconButton, Menu, type MenuItem, TextArea } from "@halloo/ui";
import { ArrowDown, Check, CheckCheck, CircleAlert, Clock, Copy, Ellipsis, Lock, Pencil, Trash } from "lucide-preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { editMessage, markRead, removeMessage } from "../data/actions.ts";
import { loadNewer, loadOlder, operatorsQuery, talkQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import type { ConversationRow, MessageView, MeView, Talk } from "../data/types.ts";
import { formatDay, formatMoment, formatTime, t } from "../i18n.ts";
import { typists } from "../live/live.ts";
import { sendAgain, sending, settleSent } from "../live/outbox.ts";
import { useNow } from "../shell/use.ts";
import { type Block, blocksOf, firstUnreadOf, type Line, readMark } from "./groups.ts";
import { visitorName } from "./names.ts";
import { RichText } from "./rich.tsx";

const NEAR = 80;

export function Messages({ row, talk, me, at }: { row: ConversationRow; talk: Talk; me: MeView; at: number | null }) {
  const { messages } = talk.thread;
  const underWay = useStore(sending).filter((item) => item.thread === row.id);
  const operators = useQuery(operatorsQuery).data ?? [];
  const names = useMemo(() => operators.map((one) => one.name).sort((a, b) => b.length - a.length), [operators]);
  const [unread] = useState(() => firstUnreadOf(messages, row.unread));
  const own = {
    id: me.operator?.id ?? "",
    name: me.operator?.name ?? me.workspace.name,
    avatar: me.operator?.avatar ?? null,
  };
  const blocks = blocksOf(messages, underWay, own, unread);
  const mark = readMark(messages, row.visitor_read_seq);
  const typing = useStore(typists)[row.id] ?? [];
  const { scroller, atEnd, fresh, toEnd, onScroll } = useScroll(
    row.id,
    talk,
    at,
    messages.length + underWay.length + (typing.length > 0 ? 1 : 0),
  );
  useReading(row, talk, atEnd);
  const now = useNow(60_000);
  return (
    <div class="in-messages-zone">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the thread scrolls, and the keyboard must be able to scroll it */}
      <div ref={scroller} class="in-messages" onScroll={onScroll} tabIndex={0} role="log" aria-label={t("messages")}>
        {talk.hasOlder && <Older />}
        {!talk.hasOlder && <Beginning row={row} />}
        {blocks.map((block) => (
          <OneBlock
            key={block.key}
            block={block}
            row={row}
            me={own.id}
            names={names}
            mark={mark}
            at={at}
            today={new Date(now).toDateString()}
          />
        ))}
        {typing.map((one) => (
          <div
            key={one.id}
            class={cx("in-run", one.from === "user" ? "in-run-visitor" : "in-run-operator", "in-run-typing")}
          >
            <Avatar
              id={one.from === "user" ? row.contact.id : one.id}
              name={one.from === "user" ? visitorName(row) : one.name}
              src={one.avatar}
              size={24}
            />
            <div class="in-bubble in-typing" role="status">
              <span class="ui-hidden">
                {t("typing_named", { name: one.from === "user" ? visitorName(row) : one.name })}
              </span>
              {one.excerpt ? (
                <span class="in-typing-words" dir="auto">
                  {one.excerpt}
                </span>
              ) : null}
              <span class="in-dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
            </div>
          </div>
        ))}
      </div>
      {(talk.hasNewer || !atEnd) && (
        <Button
          class={cx("in-pill", fresh > 0 && "in-pill-new")}
          kind={fresh > 0 ? "primary" : "plain"}
          icon={<ArrowDown size={16} />}
          aria-label={fresh > 0 ? t("new_messages", { count: fresh }) : t("to_latest")}
          onClick={() => {
            if (talk.hasNewer) void client.fetchQuery({ ...talkQuery(row.id), staleTime: 0 }).then(toEnd);
            else toEnd();
          }}
        >
          {fresh > 0 ? t("new_messages", { count: fresh }) : undefined}
        </Button>
      )}
    </div>
  );
}

function Older() {
  return (
    <div class="in-older" role="status">
      <span class="in-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span class="ui-hidden">{t("loading_older")}</span>
    </div>
  );
}

function Beginning({ row }: { row: ConversationRow }) {
  return <p class="in-system">{t("began", { when: formatMoment(Date.parse(row.created_at)) })}</p>;
}

/** Keeps the end in sight, holds the place while older messages come, and finds the message of a jump. */
function useScroll(id: string, talk: Talk, at: number | null, pieces: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(at === null);
  const stick = useRef(at === null);
  const height = useRef(0);
  const busy = useRef(false);
  const first = talk.thread.messages[0]?.fingerprint;
  const firstBefore = useRef(first);
  const last = talk.thread.messages.at(-1);
  const [seen, setSeen] = useState(last?.fingerprint ?? 0);
  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (!box) return;
    stick.current = true;
    box.scrollTo({
      top: box.scrollHeight,
      behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth",
    });
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when what is drawn changes
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (stick.current) box.scrollTop = box.scrollHeight;
    else if (first !== firstBefore.current) box.scrollTop += box.scrollHeight - height.current;
    firstBefore.current = first;
    height.current = box.scrollHeight;
  }, [pieces, first, talk]);
  useLayoutEffect(() => {
    const found = at === null ? null : scroller.current?.querySelector(`[data-fingerprint="${at}"]`);
    if (!found) return;
    stick.current = false;
    found.scrollIntoView({ block: "center" });
    found.classList.add("in-found");
    const timer = setTimeout(() => found.classList.remove("in-found"), 2400);
    return () => clearTimeout(timer);
  }, [at]);
  useEffect(() => {
    const box = scroller.current;
    if (!box || typeof ResizeObserver === "undefined") return;
    const watch = new ResizeObserver(() => {
      if (stick.current) box.scrollTop = box.scrollHeight;
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, []);
  const onScroll = () => {
    const box = scroller.current;
    if (!box) return;
    const end = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR && !talk.hasNewer;
    stick.current = end;
    setAtEnd(end);
    if (end) setSeen(last?.fingerprint ?? 0);
    const load =
      box.scrollTop < 240 && talk.hasOlder
        ? loadOlder
        : talk.hasNewer && box.scrollHeight - box.scrollTop - box.clientHeight < 240
          ? loadNewer
          : null;
    if (load && !busy.current) {
      busy.current = true;
      height.current = box.scrollHeight;
      load(id).finally(() => {
        busy.current = false;
      });
    }
  };
  // A page that does not fill the screen has no scrolling that would ask for more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: asks again when what is drawn changes
  useEffect(() => {
    const box = scroller.current;
    if (box && box.scrollHeight <= box.clientHeight + 240 && talk.hasOlder && !busy.current) onScroll();
  }, [pieces]);
  const fresh = atEnd
    ? 0
    : talk.thread.messages.filter((message) => message.fingerprint > seen && message.from === "user").length;
  return { scroller, atEnd, fresh, toEnd, onScroll };
}

/** Says that the visitor's messages were read while they are on the screen of somebody who looks. */
function useReading(row: ConversationRow, talk: Talk, atEnd: boolean): void {
  const { id, unread, last_seq } = row;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message asks again
  useEffect(() => {
    if (!atEnd || talk.hasNewer || unread === 0) return;
    const look = () => {
      if (document.visibilityState === "visible" && document.hasFocus()) markRead(id);
    };
    const timer = setTimeout(look, 350);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [id, unread, last_seq, atEnd, talk.hasNewer]);
}

interface BlockProps {
  block: Block;
  row: ConversationRow;
  me: string;
  names: readonly string[];
  mark: { last: number | null; read: boolean };
  at: number | null;
  today: string;
}

function OneBlock(props: BlockProps) {
  const { block, row, me, names, mark } = props;
  if (block.kind === "day") {
    return (
      <div class="in-day">
        <span>{formatDay(block.at)}</span>
      </div>
    );
  }
  if (block.kind === "new") {
    return (
      <div class="in-new">
        <span>{t("new")}</span>
      </div>
    );
  }
  const { side, author, lines } = block;
  const visitor = side === "visitor";
  const name = visitor ? visitorName(row) : author.name;
  const last = lines.at(-1);
  return (
    <div class={cx("in-run", `in-run-${side}`)}>
      <Avatar
        id={visitor ? row.contact.id : author.id}
        name={name}
        src={visitor ? row.contact.avatar : author.avatar}
        size={24}
      />
      <div class="in-run-lines">
        <div class="in-run-name">
          <strong dir="auto">{author.id === me ? t("you") : name}</strong>
          {side === "note" && (
            <span class="in-note-word">
              <Lock size={12} />
              {t("private_note")}
            </span>
          )}
          {author.automated && <span>{t("automated")}</span>}
        </div>
        {lines.map((line, index) => (
          <OneLine
            key={line.key}
            line={line}
            row={row}
            own={author.id === me}
            names={side === "note" ? names : NO_NAMES}
            tail={index === lines.length - 1}
          />
        ))}
        {last && (
          <Foot line={last} mark={side === "operator" && last.message?.fingerprint === mark.last ? mark : null} />
        )}
      </div>
    </div>
  );
}

const NO_NAMES: readonly string[] = [];

function Foot({ line, mark }: { line: Line; mark: { read: boolean } | null }) {
  const { sending: item } = line;
  if (item?.state === "failed") {
    return (
      <div class="in-foot in-failed">
        <CircleAlert size={14} />
        <span>{t("not_sent")}</span>
        <button type="button" class="in-text-button" onClick={() => sendAgain(item.client_id)}>
          {t("send_again")}
        </button>
        <button type="button" class="in-text-button" onClick={() => settleSent(item.client_id)}>
          {t("discard")}
        </button>
      </div>
    );
  }
  return (
    <div class="in-foot">
      <time dateTime={new Date(line.at).toISOString()} data-tip={formatMoment(line.at)}>
        {formatTime(line.at)}
      </time>
      {item && (
        <>
          <Clock size={12} />
          <span>{t("sending")}</span>
        </>
      )}
      {mark &&
        (mark.read ? (
          <>
            <CheckCheck size={14} class="in-read" />
            <span>{t("read")}</span>
          </>
        ) : (
          <>
            <Check size={14} />
            <span>{t("sent")}</span>
          </>
        ))}
    </div>
  );
}

function OneLine({
  line,
  row,
  own,
  names,
  tail,
}: {
  line: Line;
  row: ConversationRow;
  own: boolean;
  names: readonly string[];
  tail: boolean;
}) {
  const { message } = line;
  const [editing, setEditing] = useState(false);
  if (message?.removed) return <div class="in-bubble in-removed">{t("message_removed")}</div>;
  if (editing && message) return <Editing message={message} id={row.id} done={() => setEditing(false)} />;
  return (
    <div class={cx("in-line", line.sending && "in-line-sending")} data-fingerprint={message?.fingerprint}>
      <div class={cx("in-bubble", tail && "in-tail")}>
        {line.text === null ? <em>{t("message_other")}</em> : <RichText text={line.text} names={names} />}
        {message?.edited && <span class="in-edited">{t("edited")}</span>}
      </div>
      {message && <LineMenu message={message} id={row.id} own={own} onEdit={() => setEditing(true)} />}
    </div>
  );
}

function LineMenu({
  message,
  id,
  own,
  onEdit,
}: {
  message: MessageView;
  id: string;
  own: boolean;
  onEdit: () => void;
}) {
  const text = typeof message.content === "string" ? message.content : "";
  const items: MenuItem[] = [
    {
      kind: "item",
      id: "copy",
      label: t("copy_text"),
      icon: <Copy size={16} />,
      onSelect: () => void navigator.clipboard.writeText(text),
    },
  ];
  if (own) {
    items.push(
      { kind: "item", id: "edit", label: t("edit"), icon: <Pencil size={16} />, onSelect: onEdit },
      {
        kind: "item",
        id: "remove",
        label: t("remove"),
        icon: <Trash size={16} />,
        danger: true,
        onSelect: () => void removeMessage(id, message),
      },
    );
  }
  return (
    <Menu
      label={t("message_actions")}
      items={items}
      placement="bottom-end"
      trigger={(props) => (
        <IconButton
          {...props}
          size="small"
          class="in-line-menu"
          label={t("message_actions")}
          icon={<Ellipsis size={16} />}
        />
      )}
    />
  );
}

function Editing({ message, id, done }: { message: MessageView; id: string; done: () => void }) {
  const before = typeof message.content === "string" ? message.content : "";
  const [text, setText] = useState(before);
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const field = box.current?.querySelector("textarea");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }, []);
  const save = () => {
    done();
    const content = text.trim();
    if (content !== "" && content !== before) void editMessage(id, message, content);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the text inside
    <div
      ref={box}
      class="in-editing"
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Escape") {
          event.stopPropagation();
          event.preventDefault();
          done();
        } else if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          save();
        }
      }}
    >
      <TextArea label={t("edit")} quiet value={text} onValue={setText} rows={[1, 10]} maxLength={10_000} />
      <div class="in-editing-foot">
        <Button size="small" onClick={done}>
          {t("cancel")}
        </Button>
        <Button size="small" kind="primary" disabled={text.trim() === ""} onClick={save}>
          {t("save")}
        </Button>
      </div>
    </div>
  );
}
