/** What was said, with its days, its runs and its marks. Older messages load above; the end is held while one is at the end. */
import { Avatar, Button, cx } from "@halloo/ui";
import { ArrowDown, Lock } from "lucide-preact";
import { useMemo, useState } from "preact/hooks";
import { operatorsQuery, talkQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import type { ConversationRow, FeedbackView, MeView, Talk } from "../data/types.ts";
import { formatDay, formatMoment, formatTime, t } from "../i18n.ts";
import { typists } from "../live/live.ts";
import { sending } from "../live/outbox.ts";
import { Stars } from "../shell/stars.tsx";
import { useNow } from "../shell/use.ts";
import { type Block, blocksOf, firstUnreadOf, readMark, withFeedback } from "./groups.ts";
import { Foot, NO_NAMES, OneLine } from "./line.tsx";
import { isolate, knownName, visitorName } from "./names.ts";
import { useReading, useScroll } from "./scroll.ts";

interface MessagesProps {
  row: ConversationRow;
  talk: Talk;
  me: MeView;
  at: number | null;
  feedback: FeedbackView | null;
}

export function Messages({ row, talk, me, at, feedback }: MessagesProps) {
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
  const said = blocksOf(messages, underWay, own, unread);
  // While the end is not loaded, what came at the end is not there either.
  const blocks = withFeedback(said, feedback && !talk.hasNewer ? Date.parse(feedback.created_at) : null);
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
            feedback={feedback}
          />
        ))}
        {typing.map((one) => (
          <div
            key={one.id}
            class={cx("in-run", one.from === "user" ? "in-run-visitor" : "in-run-operator", "in-run-typing")}
          >
            <Avatar
              id={one.from === "user" ? row.contact.id : one.id}
              name={one.from === "user" ? knownName(row) : one.name}
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

interface BlockProps {
  block: Block;
  row: ConversationRow;
  me: string;
  names: readonly string[];
  mark: { last: number | null; read: boolean };
  at: number | null;
  today: string;
  feedback: FeedbackView | null;
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
  if (block.kind === "event") {
    return (
      <p class="in-system" dir="auto" data-tip={formatMoment(block.at)}>
        {block.text}
      </p>
    );
  }
  if (block.kind === "feedback") return <FeedbackLine name={visitorName(row)} feedback={props.feedback} />;
  const { side, author, lines } = block;
  const visitor = side === "visitor";
  const name = visitor ? visitorName(row) : author.name;
  const last = lines.at(-1);
  return (
    <div class={cx("in-run", `in-run-${side}`)}>
      <Avatar
        id={visitor ? row.contact.id : author.id}
        name={visitor ? knownName(row) : name}
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

/** The visitor's feedback, where it came in. */
function FeedbackLine({ name, feedback }: { name: string; feedback: FeedbackView | null }) {
  if (feedback === null) return null;
  const at = Date.parse(feedback.created_at);
  return (
    <div class="in-feedback-line">
      <p>
        {t("feedback_came", { name: isolate(name) })}
        {feedback.stars !== null && <Stars value={feedback.stars} size={14} />}
        <time dateTime={feedback.created_at} data-tip={formatMoment(at)}>
          {formatTime(at)}
        </time>
      </p>
      {feedback.comment && <blockquote dir="auto">{feedback.comment}</blockquote>}
    </div>
  );
}
