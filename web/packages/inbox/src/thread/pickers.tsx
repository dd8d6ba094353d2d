/** Who, when and what about: the pickers of a conversation, in its header, in its row and in its panel. */
import {
  Avatar,
  Button,
  Calendar,
  Dialog,
  Menu,
  type MenuItem,
  type Option,
  Picker,
  Select,
  type TriggerProps,
  toneOf,
} from "@halloo/ui";
import { AlarmClock, AlarmClockOff, CalendarClock, UserX } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { complain, setAssignee, setSnooze, setTags } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { operatorsQuery, tagsQuery, useMe } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import { folderOf } from "../data/reduce.ts";
import type { ConversationRow } from "../data/types.ts";
import { formatMoment, formatTime, region, t } from "../i18n.ts";
import { HALF_HOURS, snoozePresets } from "./snooze.ts";

interface PickerProps {
  conversation: ConversationRow;
  trigger: (props: TriggerProps) => ComponentChildren;
  open?: boolean | undefined;
  onOpen?: ((open: boolean) => void) | undefined;
}

const NOBODY = "nobody";

export function AssignPicker({ conversation, trigger, open, onOpen }: PickerProps) {
  const operators = useQuery(operatorsQuery).data ?? [];
  const me = useMe()?.operator;
  const able = operators.filter((operator) => operator.active);
  const mine = able.filter((operator) => operator.id === me?.id);
  const others = able.filter((operator) => operator.id !== me?.id);
  const options: Option[] = [
    ...[...mine, ...others].map((operator) => ({
      id: operator.id,
      label: operator.id === me?.id ? t("me_named", { name: operator.name }) : operator.name,
      words: operator.email,
      icon: (
        <Avatar
          id={operator.id}
          name={operator.name}
          src={operator.avatar}
          size={20}
          presence={operator.availability}
        />
      ),
    })),
    { id: NOBODY, label: t("nobody"), icon: <UserX size={18} /> },
  ];
  return (
    <Picker
      label={t("assign")}
      search={t("assign_to")}
      empty={t("nobody_found")}
      options={options}
      chosen={[conversation.assignee?.id ?? NOBODY]}
      onPick={(id) => void setAssignee(conversation.id, operators.find((one) => one.id === id) ?? null)}
      placement="bottom-end"
      trigger={trigger}
      open={open}
      onOpen={onOpen}
    />
  );
}

export function SnoozeMenu({ conversation, trigger, open, onOpen }: PickerProps) {
  const [picking, setPicking] = useState(false);
  const now = new Date();
  const weekday = new Intl.DateTimeFormat(region(), { weekday: "short" });
  const snoozed = folderOf(conversation, now.getTime()) === "snoozed";
  const items: MenuItem[] = [
    { kind: "heading", label: t("snooze_until") },
    ...snoozePresets(now).map(({ id, until }): MenuItem => {
      const hint = `${weekday.format(until)} ${formatTime(until.getTime())}`;
      return {
        kind: "item",
        id,
        label: t(`snooze_${id}`),
        hint,
        icon: <AlarmClock size={16} />,
        onSelect: () => void setSnooze(conversation.id, until, formatMoment(until.getTime())),
      };
    }),
    {
      kind: "item",
      id: "pick",
      label: t("snooze_pick"),
      icon: <CalendarClock size={16} />,
      onSelect: () => setPicking(true),
    },
    ...(snoozed
      ? [
          { kind: "line" } as const,
          {
            kind: "item",
            id: "wake",
            label: t("wake"),
            icon: <AlarmClockOff size={16} />,
            onSelect: () => void setSnooze(conversation.id, null, ""),
          } as const,
        ]
      : []),
  ];
  return (
    <>
      <Menu label={t("snooze")} items={items} placement="bottom-end" trigger={trigger} open={open} onOpen={onOpen} />
      <PickMoment
        open={picking}
        onClose={() => setPicking(false)}
        onMoment={(until) => void setSnooze(conversation.id, until, formatMoment(until.getTime()))}
      />
    </>
  );
}

function PickMoment(props: { open: boolean; onClose: () => void; onMoment: (until: Date) => void }) {
  return props.open ? <OpenPickMoment {...props} /> : null;
}

function OpenPickMoment({ onClose, onMoment }: { onClose: () => void; onMoment: (until: Date) => void }) {
  const today = new Date();
  const [day, setDay] = useState(() => new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1));
  const [minutes, setMinutes] = useState(9 * 60);
  const until = new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minutes);
  const past = until.getTime() <= Date.now();
  return (
    <Dialog
      open
      size="small"
      onClose={onClose}
      title={t("snooze_until")}
      closeLabel={t("close")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            kind="primary"
            disabled={past}
            onClick={() => {
              onClose();
              onMoment(until);
            }}
          >
            {t("snooze")}
          </Button>
        </>
      }
    >
      <div class="in-moment">
        <Calendar
          value={day}
          from={today}
          locale={region()}
          onDay={setDay}
          words={{ earlier: t("earlier_month"), later: t("later_month") }}
        />
        <Select
          label={t("time")}
          value={String(minutes)}
          onValue={(value) => setMinutes(Number(value))}
          options={HALF_HOURS.map((value) => ({
            id: String(value),
            label: formatTime(new Date(2026, 0, 1, 0, value).getTime()),
          }))}
        />
        <p class="ui-about">{past ? t("moment_past") : formatMoment(until.getTime())}</p>
      </div>
    </Dialog>
  );
}

export function TagPicker({ conversation, trigger, open, onOpen }: PickerProps) {
  const tags = useQuery(tagsQuery).data ?? [];
  const names = new Set([...tags.map((tag) => tag.name), ...conversation.tags]);
  const options: Option[] = [...names].map((name) => ({
    id: name,
    label: name,
    icon: <span class={`in-tag-dot ui-tone-${toneOf(tags.find((tag) => tag.name === name)?.color)}`} />,
  }));
  const toggle = (name: string) => {
    const has = conversation.tags.includes(name);
    void setTags(conversation.id, has ? conversation.tags.filter((one) => one !== name) : [...conversation.tags, name]);
  };
  const create = async (name: string) => {
    toggle(name);
    try {
      await call("POST", "/tags", { name });
      void client.invalidateQueries({ queryKey: tagsQuery.queryKey });
    } catch (error) {
      complain(error);
    }
  };
  return (
    <Picker
      label={t("tags")}
      search={t("find_or_create_tag")}
      empty={t("no_tags")}
      several
      options={options}
      chosen={conversation.tags}
      onPick={toggle}
      createLabel={(text) => t("create_tag", { name: text })}
      onCreate={(text) => void create(text)}
      placement="bottom-end"
      trigger={trigger}
      open={open}
      onOpen={onOpen}
    />
  );
}
