import { plainText } from "@halloo/core/format.ts";
import { Avatar, Count, cx, IconButton } from "@halloo/ui";
import {
  AlarmClock,
  CircleCheck,
  Clapperboard,
  Clock,
  Lock,
  type LucideIcon,
  Mic,
  Paperclip,
  RotateCcw,
  UserPlus,
} from "lucide-preact";
import { setResolved } from "../data/actions.ts";
import { useStore } from "../data/store.ts";
import type { ConversationRow } from "../data/types.ts";
import { formatAgo, formatSpan, type Key, t } from "../i18n.ts";
import { typists } from "../live/live.ts";
import type { Route } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { useNow } from "../shell/use.ts";
import { drafts } from "../thread/drafts.ts";
import { knownName, visitorName } from "../thread/names.ts";
import { AssignPicker, SnoozeMenu } from "../thread/pickers.tsx";
import { WAIT_GOAL_MS } from "./items.ts";

type InboxRoute = Extract<Route, { page: "inbox" }>;

/** One conversation: who, what last, since when. */
export function Row({ row, route, on }: { row: ConversationRow; route: InboxRoute; on: boolean }) {
  const name = visitorName(row);
  const resolved = row.state === "resolved";
  return (
    <div class={cx("in-row", on && "in-on", row.unread > 0 && "in-unread")}>
      <Link to={{ ...route, id: row.id, at: null }} class="in-row-link" aria-current={on ? "true" : undefined}>
        <Avatar
          id={row.contact.id}
          name={knownName(row)}
          src={row.contact.avatar}
          size={36}
          presence={row.visitor.online ? "online" : undefined}
        />
        <span class="in-row-words">
          <span class="in-row-top">
            <strong>
              <bdi>{name}</bdi>
            </strong>
            <When row={row} />
          </span>
          <span class="in-row-bottom">
            <Preview row={row} />
            <span class="in-row-marks">
              {row.unread > 0 && <Count value={row.unread} label={t("unread_count", { count: row.unread })} />}
              {row.assignee && (
                <Avatar id={row.assignee.id} name={row.assignee.name} src={row.assignee.avatar} size={16} />
              )}
              {row.assignee && <span class="ui-hidden">{t("assigned_to", { name: row.assignee.name })}</span>}
            </span>
          </span>
        </span>
      </Link>
      <span class="in-row-quick">
        <AssignPicker
          conversation={row}
          trigger={(props) => <IconButton {...props} size="small" label={t("assign")} icon={<UserPlus size={16} />} />}
        />
        <SnoozeMenu
          conversation={row}
          trigger={(props) => (
            <IconButton {...props} size="small" label={t("snooze")} icon={<AlarmClock size={16} />} />
          )}
        />
        <IconButton
          size="small"
          label={t(resolved ? "reopen" : "resolve")}
          icon={resolved ? <RotateCcw size={16} /> : <CircleCheck size={16} />}
          onClick={() => void setResolved(row.id, !resolved)}
        />
      </span>
    </div>
  );
}

function When({ row }: { row: ConversationRow }) {
  const now = useNow();
  if (row.snoozed_until && row.state !== "resolved" && Date.parse(row.snoozed_until) > now) {
    return (
      <span class="in-row-when in-row-snoozed">
        <AlarmClock size={12} />
        {formatSpan(Date.parse(row.snoozed_until) - now)}
      </span>
    );
  }
  if (row.waiting_since && row.state !== "resolved") {
    const waits = now - Date.parse(row.waiting_since);
    return (
      <span class={cx("in-row-when", waits > WAIT_GOAL_MS && "in-late")}>
        <Clock size={12} />
        <span class="ui-hidden">{t("waiting_since")} </span>
        {waits < 60_000 ? t("time_now") : formatSpan(waits)}
      </span>
    );
  }
  return <span class="in-row-when">{formatAgo(row.last_message?.timestamp ?? Date.parse(row.updated_at), now)}</span>;
}

/** What stands before the words of a message that is more than words, and what it is called where it has none. */
const SIGNS: Readonly<Record<string, { icon: LucideIcon; label: Key; bare: Key }>> = {
  file: { icon: Paperclip, label: "file_said", bare: "message_removed" },
  animation: { icon: Clapperboard, label: "animation_said", bare: "animation_said" },
  audio: { icon: Mic, label: "audio_said", bare: "audio_said" },
};

function Preview({ row }: { row: ConversationRow }) {
  const typing = useStore(typists)[row.id]?.some((one) => one.from === "user");
  const draft = useStore(drafts)[row.id];
  if (typing) return <span class="in-row-preview in-typing-word">{t("typing")}</span>;
  if (draft) {
    return (
      <span class="in-row-preview">
        <span class="in-draft-word">{t("draft")}</span> <span dir="auto">{draft}</span>
      </span>
    );
  }
  const last = row.last_message;
  if (!last) return <span class="in-row-preview">{t("no_messages")}</span>;
  const sign = SIGNS[last.type];
  const bare = sign?.bare ?? (last.type === "text" || last.type === "note" ? "message_removed" : "message_other");
  const Sign = sign?.icon;
  return (
    <span class="in-row-preview">
      {last.type === "note" && <Lock size={12} class="in-note-mark" aria-label={t("note")} />}
      {last.from === "operator" && <span class="in-row-author">{last.author}: </span>}
      {Sign && sign && (
        <Sign size={12} class="in-row-sign" {...(last.excerpt === "" ? {} : { "aria-label": t(sign.label) })} />
      )}
      <span dir="auto">{last.excerpt === "" ? t(bare) : plainText(last.excerpt)}</span>
    </span>
  );
}
