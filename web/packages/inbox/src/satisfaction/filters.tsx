/** What the report is about: days, widget, operator. */
import { Avatar, Button, Calendar, Chip, Picker, Popover, Segmented } from "@halloo/ui";
import { CalendarDays, ChevronDown } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { useCan, useMe, widgetsQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { OperatorBrief } from "../data/types.ts";
import { formatDate, region, t } from "../i18n.ts";
import { go } from "../router.ts";
import { readValues } from "../widgets/config.ts";
import { customRange, dayOf, daysOf, type FeedbackFilter, MOST_DAYS, type Range, SPANS, startOf } from "./range.ts";

const to = (filter: FeedbackFilter): void => go({ page: "satisfaction", filter }, true);

const FEW = 8;

interface FiltersProps {
  filter: FeedbackFilter;
  /** Those with feedback in these days, whoever is chosen. */
  operators: readonly OperatorBrief[];
}

export function Filters({ filter, operators }: FiltersProps) {
  const { range, operator } = filter;
  const chips = operators.filter((one, index) => index < FEW || one.id === operator);
  return (
    <div class="in-filters">
      <div class="in-filter-row">
        <Segmented
          label={t("range")}
          value={range.kind === "last" ? String(range.days) : ""}
          onChoose={(id) => {
            const days = SPANS.find((span) => String(span) === id);
            if (days) to({ ...filter, range: { kind: "last", days } });
          }}
          choices={SPANS.map((span) => ({ id: String(span), label: t("range_days", { count: span }) }))}
        />
        <Custom range={range} onRange={(next) => to({ ...filter, range: next })} />
        <Widgets filter={filter} />
      </div>
      {chips.length > 1 || operator !== null ? (
        <fieldset class="in-filter-row in-operator-chips">
          <legend class="ui-hidden">{t("operator")}</legend>
          <Chip pressed={operator === null} onClick={() => to({ ...filter, operator: null })}>
            {t("everybody")}
          </Chip>
          {chips.map((one) => (
            <Chip
              key={one.id}
              pressed={operator === one.id}
              onClick={() => to({ ...filter, operator: operator === one.id ? null : one.id })}
            >
              <Avatar id={one.id} name={one.name} src={one.avatar} size={16} />
              <bdi>{one.name}</bdi>
            </Chip>
          ))}
        </fieldset>
      ) : null}
    </div>
  );
}

/** Days of one's own choice: the first, then the last. */
function Custom({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const [open, setOpen] = useState(false);
  const [first, setFirst] = useState<string | null>(null);
  const anchor = useRef<HTMLButtonElement>(null);
  const { from, to: end } = daysOf(range);
  const close = () => {
    setOpen(false);
    setFirst(null);
  };
  const name = (day: string) => formatDate(startOf(day).getTime());
  return (
    <>
      <Button
        ref={anchor}
        icon={<CalendarDays size={16} />}
        class={range.kind === "custom" ? "in-filter-on" : undefined}
        aria-haspopup="dialog"
        aria-expanded={open ? "true" : "false"}
        onClick={() => (open ? close() : setOpen(true))}
      >
        {range.kind === "custom" ? t("range_between", { from: name(from), to: name(end) }) : t("range_custom")}
      </Button>
      <Popover open={open} onClose={close} anchor={anchor} label={t("range_custom")} class="in-pop-calendar">
        <p class="in-quiet in-pop-words">
          {first === null ? t("range_first") : t("range_last", { from: name(first) })}
        </p>
        <Calendar
          key={first ?? "first"}
          value={startOf(first ?? from)}
          from={startOf(dayOf(new Date()), -10 * MOST_DAYS)}
          locale={region()}
          words={{ earlier: t("earlier_month"), later: t("later_month") }}
          onDay={(date) => {
            const day = dayOf(date);
            if (first === null) return setFirst(day);
            onRange(customRange(first, day));
            close();
          }}
        />
      </Popover>
    </>
  );
}

/** Which widget, where there are several. */
function Widgets({ filter }: { filter: FeedbackFilter }) {
  const may = useCan("web_widgets:read");
  const workspace = useMe()?.workspace.name ?? "";
  const widgets = useQuery({ ...widgetsQuery, enabled: may }).data ?? [];
  if (widgets.length < 2) return null;
  const options = [
    { id: "", label: t("every_widget") },
    ...widgets.map((widget) => ({
      id: widget.id,
      label: readValues((widget.config["v1"] ?? {}) as Record<string, unknown>)["chat.title"] || workspace,
      hint: widget.domains[0],
    })),
  ];
  const now = options.find((option) => option.id === (filter.widget ?? ""));
  return (
    <Picker
      label={t("widget")}
      options={options}
      chosen={[filter.widget ?? ""]}
      onPick={(id) => to({ ...filter, widget: id === "" ? null : id })}
      trigger={(props) => (
        <Button {...props} class={filter.widget === null ? undefined : "in-filter-on"}>
          <span class="in-filter-word">
            <bdi>{now?.label ?? t("widget")}</bdi>
            <ChevronDown size={16} />
          </span>
        </Button>
      )}
    />
  );
}
