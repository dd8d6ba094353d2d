import { Avatar, Badge, Button, IconButton, Menu, type MenuItem, toast } from "@halloo/ui";
import {
  AlarmClock,
  ArrowLeft,
  Ban,
  CircleCheck,
  Ellipsis,
  Globe,
  Link as LinkIcon,
  OctagonAlert,
  PanelRight,
  RotateCcw,
  Tags,
  Trash,
  UserPlus,
} from "lucide-preact";
import { useState } from "preact/hooks";
import { ProofIcon, proofOf } from "../contact/identity.tsx";
import { complain, setAssignee, setResolved, setSpam } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { useCan, useMe } from "../data/queries.ts";
import { folderOf } from "../data/reduce.ts";
import type { ConversationRow } from "../data/types.ts";
import { formatMoment, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { togglePanel } from "../list/inbox-page.tsx";
import { addressOf, go, goBack, type Route } from "../router.ts";
import { Confirm } from "../shell/confirm.tsx";
import { PageLink } from "../shell/page-link.tsx";
import { useNarrow, useWide } from "../shell/use.ts";
import { BlockDialog, unblock } from "./block.tsx";
import { knownName, visitorName } from "./names.ts";
import { AssignPicker, SnoozeMenu, TagPicker } from "./pickers.tsx";

type InboxRoute = Extract<Route, { page: "inbox" }>;

/** Who it is, where they are, and what can be done. */
export function ThreadHead({ row, route }: { row: ConversationRow; route: InboxRoute }) {
  const [open, setOpen] = useState<null | "assign" | "snooze" | "tags">(null);
  const narrow = useNarrow();
  const wide = useWide();
  const me = useMe()?.operator;
  const resolved = row.state === "resolved";
  const toggle = () => void setResolved(row.id, !resolved);
  const back = () => goBack({ ...route, id: null, at: null });
  useCommands([
    {
      id: "resolve",
      section: "conversation",
      label: t(resolved ? "reopen" : "resolve"),
      keys: "e",
      icon: <CircleCheck size={16} />,
      run: toggle,
    },
    {
      id: "assign",
      section: "conversation",
      label: t("assign"),
      keys: "a",
      icon: <UserPlus size={16} />,
      run: () => setOpen("assign"),
    },
    {
      id: "assign-me",
      section: "conversation",
      label: t("assign_to_me"),
      keys: "i",
      icon: <UserPlus size={16} />,
      run: () => void setAssignee(row.id, me ?? null),
    },
    {
      id: "snooze",
      section: "conversation",
      label: t("snooze"),
      keys: "s",
      icon: <AlarmClock size={16} />,
      run: () => setOpen("snooze"),
    },
    {
      id: "tags",
      section: "conversation",
      label: t("change_tags"),
      keys: "t",
      icon: <Tags size={16} />,
      run: () => setOpen("tags"),
    },
    {
      id: "panel",
      section: "conversation",
      label: t("toggle_panel"),
      keys: "p",
      icon: <PanelRight size={16} />,
      run: () => togglePanel(wide),
    },
    {
      id: "leave",
      section: "list",
      label: t("close_conversation"),
      keys: "Escape",
      hidden: true,
      run: () => go({ ...route, id: null, at: null }),
    },
  ]);
  const name = visitorName(row);
  // Alone on a small screen, the name is the page's first heading.
  const Title = narrow ? "h1" : "h2";
  return (
    <header class="in-thread-head">
      {narrow && <IconButton label={t("back")} icon={<ArrowLeft size={20} class="ui-mirror" />} onClick={back} />}
      <Avatar
        id={row.contact.id}
        name={knownName(row)}
        src={row.contact.avatar}
        size={32}
        presence={row.visitor.online ? "online" : undefined}
      />
      <div class="in-thread-who">
        <Title>
          <span dir="auto">{name}</span>
          <ProofIcon proof={proofOf(row.contact, row.visitor)} />
          <StateBadge row={row} />
        </Title>
        <Where row={row} />
      </div>
      <div class="in-thread-actions">
        <AssignPicker
          conversation={row}
          open={open === "assign"}
          onOpen={(on) => setOpen(on ? "assign" : null)}
          trigger={(props) => (
            <Button
              {...props}
              kind="ghost"
              class="in-assign"
              data-tip={t("assign")}
              data-keys="A"
              icon={
                row.assignee ? (
                  <Avatar id={row.assignee.id} name={row.assignee.name} src={row.assignee.avatar} size={20} />
                ) : (
                  <UserPlus size={18} />
                )
              }
            >
              {row.assignee ? (
                <>
                  <span class="ui-hidden">{t("assignee")}: </span>
                  <bdi>{row.assignee.name}</bdi>
                </>
              ) : (
                t("assign")
              )}
            </Button>
          )}
        />
        <SnoozeMenu
          conversation={row}
          open={open === "snooze"}
          onOpen={(on) => setOpen(on ? "snooze" : null)}
          trigger={(props) => <IconButton {...props} label={t("snooze")} keys="S" icon={<AlarmClock size={18} />} />}
        />
        {!narrow && (
          <TagPicker
            conversation={row}
            open={open === "tags"}
            onOpen={(on) => setOpen(on ? "tags" : null)}
            trigger={(props) => <IconButton {...props} label={t("change_tags")} keys="T" icon={<Tags size={18} />} />}
          />
        )}
        <More row={row} route={route} narrow={narrow} />
        {!narrow && (
          <IconButton
            label={t("toggle_panel")}
            keys="P"
            icon={<PanelRight size={18} class="ui-mirror" />}
            onClick={() => togglePanel(wide)}
          />
        )}
        <Button
          class="in-resolve"
          data-tip={t(resolved ? "reopen" : "resolve")}
          data-keys="E"
          icon={resolved ? <RotateCcw size={16} /> : <CircleCheck size={16} />}
          onClick={toggle}
        >
          {t(resolved ? "reopen" : "resolve")}
        </Button>
      </div>
    </header>
  );
}

function StateBadge({ row }: { row: ConversationRow }) {
  const folder = folderOf(row, Date.now());
  if (row.visitor.blocked)
    return (
      <Badge tone="bad" icon={<Ban size={12} />}>
        {t("blocked")}
      </Badge>
    );
  if (folder === "spam") return <Badge tone="bad">{t("state_spam")}</Badge>;
  if (folder === "resolved") return <Badge tone="good">{t("state_resolved")}</Badge>;
  if (folder !== "snoozed" || row.snoozed_until === null) return null;
  return (
    <Badge tone="grey" icon={<AlarmClock size={12} />}>
      {t("until", { when: formatMoment(Date.parse(row.snoozed_until)) })}
    </Badge>
  );
}

/** The page the visitor is on, or was on last. */
function Where({ row }: { row: ConversationRow }) {
  const page = row.visitor.pages[0];
  if (!page) return <p class="in-thread-where">{row.visitor.online ? t("online") : t("offline")}</p>;
  return (
    <p class="in-thread-where">
      <Globe size={12} />
      <PageLink url={page.url} title={page.title} />
    </p>
  );
}

function More({ row, route, narrow }: { row: ConversationRow; route: InboxRoute; narrow: boolean }) {
  const [removing, setRemoving] = useState(false);
  const [blocking, setBlocking] = useState(false);
  const mayRemove = useCan("conversations:delete");
  const mayBlock = useCan("contacts:write");
  const copy = () => {
    const link = location.origin + addressOf({ ...route, state: "open", whose: "all", at: null, id: row.id });
    navigator.clipboard.writeText(link).then(
      () => toast({ text: t("link_copied"), tone: "good" }),
      () => toast({ text: t("trouble"), tone: "bad" }),
    );
  };
  const remove = async () => {
    try {
      await call("DELETE", `/conversations/${row.id}`);
      go({ ...route, id: null, at: null }, true);
    } catch (error) {
      complain(error);
    }
  };
  const items: MenuItem[] = [
    ...(narrow
      ? [
          {
            kind: "item",
            id: "panel",
            label: t("contact_details"),
            icon: <PanelRight size={16} />,
            onSelect: () => togglePanel(false),
          } as const,
        ]
      : []),
    { kind: "item", id: "link", label: t("copy_link"), icon: <LinkIcon size={16} />, onSelect: copy },
    { kind: "line" },
    {
      kind: "item",
      id: "spam",
      label: t(row.spam ? "no_spam" : "mark_spam"),
      icon: <OctagonAlert size={16} />,
      onSelect: () => {
        go({ ...route, id: null, at: null });
        void setSpam(row.id, !row.spam);
      },
    },
    ...(mayBlock
      ? [
          {
            kind: "item",
            id: "block",
            label: t(row.visitor.blocked ? "unblock" : "block_visitor"),
            icon: <Ban size={16} />,
            onSelect: () => (row.visitor.blocked ? void unblock(row) : setBlocking(true)),
          } as const,
        ]
      : []),
    ...(mayRemove
      ? [
          { kind: "line" } as const,
          {
            kind: "item",
            id: "remove",
            label: t("delete_conversation"),
            icon: <Trash size={16} />,
            danger: true,
            onSelect: () => setRemoving(true),
          } as const,
        ]
      : []),
  ];
  return (
    <>
      <Menu
        label={t("more")}
        items={items}
        placement="bottom-end"
        trigger={(props) => <IconButton {...props} label={t("more")} icon={<Ellipsis size={18} />} />}
      />
      {blocking && <BlockDialog row={row} onClose={() => setBlocking(false)} />}
      <Confirm
        open={removing}
        onClose={() => setRemoving(false)}
        title={t("delete_conversation_title")}
        text={t("delete_conversation_text", { name: visitorName(row) })}
        action={t("delete_conversation")}
        onConfirm={() => void remove()}
      />
    </>
  );
}
