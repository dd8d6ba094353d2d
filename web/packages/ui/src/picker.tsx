import { Check, ChevronDown, Plus, Search } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { cx, type Placement } from "./dom.ts";
import { Field, type FieldProps } from "./field.tsx";
import type { TriggerProps } from "./menu.tsx";
import { Popover } from "./popover.tsx";

export interface Option {
  id: string;
  label: string;
  hint?: string | undefined;
  icon?: ComponentChildren;
  /** More words to find it by. */
  words?: string | undefined;
}

const CREATE = "\u0000create";

/** Folds case and accents, so that `jose` finds `José`. */
export const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLocaleLowerCase();

/** The options that have every word of `query` in them; those which begin with it come first. */
export function filterOptions<T extends Option>(options: readonly T[], query: string): T[] {
  const words = fold(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...options];
  const hits = options.filter((option) => {
    const text = fold(`${option.label} ${option.hint ?? ""} ${option.words ?? ""}`);
    return words.every((word) => text.includes(word));
  });
  const first = words[0] ?? "";
  const rank = (option: T) =>
    fold(option.label).startsWith(first) ? 0 : fold(option.label).includes(` ${first}`) ? 1 : 2;
  return hits.sort((a, b) => rank(a) - rank(b));
}

export interface PickerProps {
  label: string;
  options: readonly Option[];
  chosen: readonly string[];
  onPick: (id: string) => void;
  /** Shows a search field with this placeholder. */
  search?: string | undefined;
  empty?: string | undefined;
  /** Offers to make what was typed; gives the words of the offer. */
  createLabel?: ((text: string) => string) | undefined;
  onCreate?: ((text: string) => void) | undefined;
  /** Stays open after a choice. */
  several?: boolean | undefined;
  placement?: Placement | undefined;
  trigger: (props: TriggerProps) => ComponentChildren;
  open?: boolean | undefined;
  onOpen?: ((open: boolean) => void) | undefined;
  wide?: boolean | undefined;
}

/** A button that opens a list to choose from, with search where asked. */
export function Picker(props: PickerProps) {
  const [own, setOwn] = useState(false);
  const open = props.open ?? own;
  const setOpen = props.onOpen ?? setOwn;
  const anchor = useRef<HTMLButtonElement>(null);
  return (
    <>
      {props.trigger({
        ref: anchor,
        "aria-haspopup": "listbox",
        "aria-expanded": open ? "true" : "false",
        onClick: () => setOpen(!open),
      })}
      <Popover
        open={open}
        onClose={() => setOpen(false)}
        anchor={anchor}
        placement={props.placement}
        role="presentation"
        wide={props.wide}
        class="ui-picker"
      >
        <PickerList {...props} close={() => setOpen(false)} />
      </Popover>
    </>
  );
}

function PickerList(props: PickerProps & { close: () => void }) {
  const { label, options, chosen, onPick, search, empty, createLabel, onCreate, several, close } = props;
  const id = useId();
  const [query, setQuery] = useState("");
  const list = useRef<HTMLDivElement>(null);
  const typed = query.trim();
  const shown = useMemo(() => {
    const hits: Option[] = filterOptions(options, query);
    const exact = options.some((option) => fold(option.label) === fold(typed));
    if (createLabel && typed !== "" && !exact)
      hits.push({ id: CREATE, label: createLabel(typed), icon: <Plus size={16} /> });
    return hits;
  }, [options, query, typed, createLabel]);
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      options.findIndex((option) => chosen.includes(option.id)),
    ),
  );
  const active = Math.min(at, shown.length - 1);
  useLayoutEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  });
  const pick = (option: Option | undefined) => {
    if (!option) return;
    if (option.id === CREATE) onCreate?.(typed);
    else onPick(option.id);
    if (several) setQuery("");
    else close();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowDown: active + 1, ArrowUp: active - 1 };
    if (!search) Object.assign(moves, { Home: 0, End: shown.length - 1 });
    const to = moves[event.key];
    if (to !== undefined) {
      event.preventDefault();
      if (shown.length > 0) setAt((to + shown.length) % shown.length);
    } else if (event.key === "Enter" || (event.key === " " && !search)) {
      event.preventDefault();
      pick(shown[active]);
    } else if (event.key === "Tab") close();
    else if (!search && event.key.length === 1) {
      const hit = shown.findIndex((option) => fold(option.label).startsWith(fold(event.key)));
      if (hit >= 0) setAt(hit);
    }
    event.stopPropagation();
  };
  const activeId = shown[active] ? `${id}-${active}` : undefined;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the search field or the list inside
    <div onKeyDown={onKeyDown}>
      {search !== undefined && (
        <div class="ui-picker-search">
          <Search size={16} />
          <input
            type="text"
            dir="auto"
            data-autofocus
            role="combobox"
            aria-label={label}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={activeId}
            aria-autocomplete="list"
            autocomplete="off"
            spellcheck={false}
            placeholder={search}
            value={query}
            onInput={(event) => {
              setQuery(event.currentTarget.value);
              setAt(0);
            }}
          />
        </div>
      )}
      <div
        ref={list}
        id={`${id}-list`}
        role="listbox"
        aria-label={label}
        aria-multiselectable={several ? "true" : undefined}
        aria-activedescendant={search === undefined ? activeId : undefined}
        tabIndex={search === undefined ? 0 : -1}
        data-autofocus={search === undefined ? true : undefined}
        class="ui-picker-list"
      >
        {shown.map((option, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the focus stays on the field; aria-activedescendant points here
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled on the field
          <div
            key={option.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={chosen.includes(option.id) ? "true" : "false"}
            data-active={index === active ? "true" : "false"}
            class="ui-option"
            onPointerMove={() => setAt(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => pick(option)}
          >
            {option.icon && <span class="ui-menu-icon">{option.icon}</span>}
            <span class="ui-menu-words">
              <span>{option.label}</span>
              {option.hint && <span class="ui-menu-hint">{option.hint}</span>}
            </span>
            {chosen.includes(option.id) && <Check size={16} class="ui-menu-check" />}
          </div>
        ))}
        {shown.length === 0 && empty && (
          <div class="ui-picker-empty" role="presentation">
            {empty}
          </div>
        )}
      </div>
    </div>
  );
}

export interface SelectProps extends FieldProps {
  value: string;
  options: readonly Option[];
  onValue: (id: string) => void;
  search?: string | undefined;
  empty?: string | undefined;
  disabled?: boolean | undefined;
}

/** One of several, as a form field. */
export function Select({ value, options, onValue, search, empty, disabled, ...field }: SelectProps) {
  const now = options.find((option) => option.id === value);
  return (
    <Field {...field}>
      {({ id, describedBy, invalid }) => (
        <Picker
          label={field.label}
          options={options}
          chosen={[value]}
          onPick={onValue}
          search={search}
          empty={empty}
          wide
          trigger={(props) => (
            <button
              type="button"
              {...props}
              id={id}
              disabled={disabled}
              aria-describedby={describedBy}
              class={cx("ui-input", "ui-select", invalid && "ui-invalid")}
            >
              {now?.icon}
              <span class="ui-select-value">{now?.label ?? ""}</span>
              <ChevronDown size={16} />
            </button>
          )}
        />
      )}
    </Field>
  );
}
