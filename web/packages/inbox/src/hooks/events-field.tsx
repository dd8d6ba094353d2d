/** Which events a hook is told of: groups that open, a search over all, a whole group at once. */
import { Badge, Button, Checkbox, CopyField, cx, fold, IconButton, TextField } from "@halloo/ui";
import { Braces, ChevronRight, CircleAlert, Search } from "lucide-preact";
import { useMemo, useState } from "preact/hooks";
import { useQuery } from "../data/query.ts";
import { formatNumber, t } from "../i18n.ts";
import { chosenOf, grouped } from "./model.ts";
import { catalogueQuery } from "./queries.ts";
import type { HookEvent } from "./types.ts";
import { eventWords, groupWords } from "./words.tsx";

interface EventsFieldProps {
  readonly chosen: readonly string[];
  readonly onChosen: (events: string[]) => void;
  /** Where the address has no encryption, events that carry a secret cannot be chosen. */
  readonly plain: boolean;
  readonly disabled: boolean;
  readonly error?: string | undefined;
}

const fits = (event: HookEvent, words: readonly string[]): boolean => {
  const text = fold(`${event.name} ${eventWords(event)} ${groupWords(event.group)}`);
  return words.every((word) => text.includes(word));
};

export function EventsField({ chosen, onChosen, plain, disabled, error }: EventsFieldProps) {
  const query = useQuery(catalogueQuery);
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const set = useMemo(() => new Set(chosen), [chosen]);
  const all = query.data ?? [];
  const words = fold(text).split(/\s+/).filter(Boolean);
  const groups = grouped(all.filter((event) => fits(event, words)));
  const put = (events: readonly HookEvent[], on: boolean) => {
    const names = events.filter((event) => !on || !(plain && event.secret)).map((event) => event.name);
    onChosen(on ? [...new Set([...chosen, ...names])] : chosen.filter((name) => !names.includes(name)));
  };
  const fold_ = (group: string) =>
    setOpened((now) => new Set(now.has(group) ? [...now].filter((one) => one !== group) : [...now, group]));
  if (query.isError)
    return (
      <p class="ui-about ui-error">
        <CircleAlert size={14} />
        <span>{t("list_broken")}</span>
        <Button size="small" onClick={() => void query.refetch()}>
          {t("try_again")}
        </Button>
      </p>
    );
  return (
    <fieldset class="in-events" aria-describedby={error ? "hook-events-error" : undefined}>
      <legend class="ui-hidden">{t("hooks_events")}</legend>
      <div class="in-events-head">
        <TextField
          quiet
          type="search"
          label={t("hooks_events_search")}
          placeholder={t("hooks_events_search")}
          icon={<Search size={16} />}
          value={text}
          onValue={setText}
        />
        <span class="in-quiet" role="status">
          {t("hooks_events_chosen", { chosen: formatNumber(chosen.length), all: formatNumber(all.length) })}
        </span>
        {chosen.length > 0 && !disabled && (
          <Button size="small" kind="ghost" onClick={() => onChosen([])}>
            {t("hooks_events_clear")}
          </Button>
        )}
      </div>
      {error && (
        <div id="hook-events-error" class="ui-about ui-error" role="alert">
          <CircleAlert size={14} />
          <span>{error}</span>
        </div>
      )}
      <div class={cx("in-event-groups", error && "in-event-groups-bad")}>
        {groups.map(({ group, events }) => (
          <EventGroup
            key={group}
            group={group}
            events={events}
            chosen={set}
            open={words.length > 0 || opened.has(group)}
            plain={plain}
            disabled={disabled}
            onFold={() => fold_(group)}
            onPut={put}
          />
        ))}
        {query.data && groups.length === 0 && <p class="in-quiet in-events-none">{t("nothing_found")}</p>}
      </div>
    </fieldset>
  );
}

interface GroupProps {
  readonly group: string;
  readonly events: readonly HookEvent[];
  readonly chosen: ReadonlySet<string>;
  readonly open: boolean;
  readonly plain: boolean;
  readonly disabled: boolean;
  readonly onFold: () => void;
  readonly onPut: (events: readonly HookEvent[], on: boolean) => void;
}

function EventGroup({ group, events, chosen, open, plain, disabled, onFold, onPut }: GroupProps) {
  const able = events.filter((event) => !(plain && event.secret));
  const state = chosenOf(able, chosen);
  const count = events.filter((event) => chosen.has(event.name)).length;
  const name = groupWords(group);
  return (
    <section class="in-event-group">
      <header>
        <Checkbox
          quiet
          label={t("hooks_select_group", { name })}
          checked={state === "all"}
          mixed={state === "some"}
          disabled={disabled || able.length === 0}
          onChecked={(on) => onPut(events, on)}
        />
        <button type="button" class="in-event-fold" aria-expanded={open ? "true" : "false"} onClick={onFold}>
          <strong>{name}</strong>
          <span class="in-quiet">
            {t("hooks_group_count", { chosen: formatNumber(count), all: formatNumber(events.length) })}
          </span>
          <ChevronRight size={16} class="in-event-chevron ui-mirror" />
        </button>
      </header>
      {open && (
        <ul>
          {events.map((event) => (
            <OneEvent
              key={event.name}
              event={event}
              checked={chosen.has(event.name)}
              disabled={disabled || (plain && event.secret && !chosen.has(event.name))}
              onChecked={(on) => onPut([event], on)}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface OneEventProps {
  readonly event: HookEvent;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly onChecked: (on: boolean) => void;
}

function OneEvent({ event, checked, disabled, onChecked }: OneEventProps) {
  const [shown, setShown] = useState(false);
  const badge = event.secret
    ? t("hooks_event_secret")
    : event.class === "light"
      ? t("hooks_event_light")
      : event.class === "reserved" || !event.emitted
        ? t("hooks_event_reserved")
        : null;
  const about = event.secret
    ? "hooks_event_secret_text"
    : event.class === "light"
      ? "hooks_event_light_text"
      : "hooks_event_reserved_text";
  return (
    <li class="in-event">
      <div class="in-event-row">
        <Checkbox
          label={eventWords(event)}
          hint={
            <span class="in-event-about">
              <code dir="ltr">{event.name}</code>
              {badge && <Badge tone={event.secret ? "warn" : "grey"}>{badge}</Badge>}
            </span>
          }
          checked={checked}
          disabled={disabled}
          onChecked={onChecked}
        />
        <IconButton
          class="in-event-sample"
          label={t("hooks_sample_of", { name: event.name })}
          icon={<Braces size={16} />}
          aria-expanded={shown ? "true" : "false"}
          onClick={() => setShown(!shown)}
        />
      </div>
      {shown && badge && <p class="ui-about">{t(about)}</p>}
      {shown && (
        <CopyField
          block
          label={t("hooks_sample_of", { name: event.name })}
          text={JSON.stringify(event.sample, null, 2)}
          copyLabel={t("copy")}
          copiedLabel={t("copied")}
        />
      )}
    </li>
  );
}
