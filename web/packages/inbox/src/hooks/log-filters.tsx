/** Which of a hook's deliveries are shown: by state, event, time and conversation. */
import { Button, Chip, Picker, TextField } from "@halloo/ui";
import { ChevronDown, X } from "lucide-preact";
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../data/query.ts";
import { formatMoment, t } from "../i18n.ts";
import { EVERYTHING, type LogFilter } from "../router.ts";
import { useSettled } from "../shell/use.ts";
import { conversationIn, fieldOf, momentOf } from "./model.ts";
import { catalogueQuery } from "./queries.ts";
import { MomentField } from "./replay.tsx";
import { DELIVERY_STATES, type HookView } from "./types.ts";
import { eventWords, stateWords } from "./words.tsx";

const DAY = 86_400_000;

export const isFiltered = (filter: LogFilter): boolean => Object.values(filter).some((value) => value !== null);

const SPANS = { hour: 3_600_000, day: DAY, week: 7 * DAY } as const;
type Span = keyof typeof SPANS;

export function Filters({
  hook,
  filter,
  onFilter,
}: {
  hook: HookView;
  filter: LogFilter;
  onFilter: (filter: LogFilter) => void;
}) {
  const catalogue = useQuery(catalogueQuery).data ?? [];
  const [session, setSession] = useState(filter.session ?? "");
  const [between, setBetween] = useState(filter.to !== null);
  const settled = useSettled(conversationIn(session), 400);
  // Somebody may have chosen a conversation elsewhere, in a row of the log.
  useEffect(
    () => setSession((typed) => (conversationIn(typed) === (filter.session ?? "") ? typed : (filter.session ?? ""))),
    [filter.session],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed decides; the rest of the filter is as it is then
  useEffect(() => {
    if ((filter.session ?? "") !== settled) onFilter({ ...filter, session: settled === "" ? null : settled });
  }, [settled]);
  const events = [...new Set([...hook.events, ...(filter.event ? [filter.event] : [])])];
  const span = (id: string) => {
    setBetween(id === "between");
    if (id === "between")
      onFilter({ ...filter, from: new Date(Date.now() - DAY).toISOString(), to: new Date().toISOString() });
    else
      onFilter({
        ...filter,
        from: id === "any" ? null : new Date(Date.now() - SPANS[id as Span]).toISOString(),
        to: null,
      });
  };
  return (
    <div class="in-log-filters">
      <fieldset class="in-log-states">
        <legend class="ui-hidden">{t("state")}</legend>
        <Chip pressed={filter.state === null} onClick={() => onFilter({ ...filter, state: null })}>
          {t("whose_all")}
        </Chip>
        {DELIVERY_STATES.map((state) => (
          <Chip
            key={state}
            pressed={filter.state === state}
            onClick={() => onFilter({ ...filter, state: filter.state === state ? null : state })}
          >
            {stateWords(state)}
          </Chip>
        ))}
      </fieldset>
      <div class="in-log-more">
        <Picker
          label={t("hooks_event")}
          search={t("hooks_events_search")}
          empty={t("nothing_found")}
          chosen={[filter.event ?? ""]}
          options={[
            { id: "", label: t("hooks_any_event") },
            ...events.map((name) => {
              const known = catalogue.find((one) => one.name === name);
              return { id: name, label: name, hint: known ? eventWords(known) : undefined };
            }),
          ]}
          onPick={(id) => onFilter({ ...filter, event: id === "" ? null : id })}
          trigger={(props) => (
            <Button {...props} size="small" class={filter.event ? "in-filter-on" : undefined}>
              <span class="in-filter-word">
                {filter.event ?? t("hooks_any_event")}
                <ChevronDown size={14} />
              </span>
            </Button>
          )}
        />
        <Picker
          label={t("range")}
          chosen={[between ? "between" : filter.from === null ? "any" : ""]}
          options={[
            { id: "any", label: t("hooks_any_time") },
            { id: "hour", label: t("hooks_last_hour") },
            { id: "day", label: t("hooks_last_day") },
            { id: "week", label: t("hooks_last_week") },
            { id: "between", label: t("hooks_between") },
          ]}
          onPick={span}
          trigger={(props) => (
            <Button {...props} size="small" class={filter.from ? "in-filter-on" : undefined}>
              <span class="in-filter-word">
                {filter.from === null
                  ? t("hooks_any_time")
                  : filter.to === null
                    ? t("hooks_since", { when: formatMoment(Date.parse(filter.from)) })
                    : t("hooks_between")}
                <ChevronDown size={14} />
              </span>
            </Button>
          )}
        />
        <TextField
          quiet
          class="in-log-session"
          label={t("hooks_session")}
          placeholder={t("hooks_session")}
          dir="ltr"
          autocomplete="off"
          spellcheck={false}
          maxLength={400}
          value={session}
          onValue={setSession}
        />
        {isFiltered(filter) && (
          <Button
            size="small"
            kind="ghost"
            icon={<X size={16} />}
            onClick={() => {
              setSession("");
              setBetween(false);
              onFilter(EVERYTHING);
            }}
          >
            {t("hooks_filter_clear")}
          </Button>
        )}
      </div>
      {between && filter.from !== null && (
        <div class="in-log-between">
          <MomentField
            label={t("from")}
            value={fieldOf(Date.parse(filter.from))}
            onValue={(text) => onFilter({ ...filter, from: momentOf(text) ?? filter.from })}
          />
          <MomentField
            label={t("hooks_to")}
            value={fieldOf(Date.parse(filter.to ?? new Date().toISOString()))}
            onValue={(text) => onFilter({ ...filter, to: momentOf(text) ?? filter.to })}
          />
        </div>
      )}
    </div>
  );
}
