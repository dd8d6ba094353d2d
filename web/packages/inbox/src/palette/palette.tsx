/** Everything that can be done and everywhere one can go, by typing a few letters. */
import { Avatar, Dialog, fold } from "@halloo/ui";
import { CornerDownLeft, Search } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { contactsQuery, listQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import { useStore } from "../data/store.ts";
import type { MeView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { commands } from "../keys/commands.ts";
import { BASE } from "../live/live.ts";
import { go } from "../router.ts";
import { Keys, SECTIONS } from "../shell/keys-sheet.tsx";
import { overlays } from "../shell/overlays.ts";
import { useSettled } from "../shell/use.ts";
import { contactName, knownName, visitorName } from "../thread/names.ts";
import { rank } from "./rank.ts";

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly keys?: string | undefined;
  readonly icon: ComponentChildren;
  readonly words?: string | undefined;
  readonly run: () => void;
}

function useEntries(text: string): Entry[] {
  const all = useStore(commands);
  const rows = useQuery(listQuery(BASE)).data?.rows ?? [];
  const settled = useSettled(text.trim(), 160);
  const contacts = useQuery({ ...contactsQuery(settled), enabled: settled.length > 1 }).data?.items ?? [];
  return useMemo(() => {
    const order = [...all].sort((a, b) => SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section));
    const able = order
      .filter((command) => !command.hidden)
      .map(
        (command): Entry => ({
          id: command.id,
          group: t(`section_${command.section}`),
          label: command.label,
          keys: command.keys,
          icon: command.icon,
          words: command.words,
          run: command.run,
        }),
      );
    if (text.trim() === "") return able;
    const people = rows.slice(0, 200).map(
      (row): Entry => ({
        id: `c-${row.id}`,
        group: t("conversations"),
        label: visitorName(row),
        hint: row.last_message?.excerpt,
        icon: <Avatar id={row.contact.id} name={knownName(row)} src={row.contact.avatar} size={20} />,
        words: `${row.contact.email ?? ""} ${row.subject} ${row.tags.join(" ")}`,
        run: () => go({ page: "inbox", state: "open", whose: "all", id: row.id, at: null }),
      }),
    );
    const known = contacts.map(
      (contact): Entry => ({
        id: `p-${contact.id}`,
        group: t("contacts"),
        label: contactName(contact),
        hint: contact.email ?? undefined,
        icon: <Avatar id={contact.id} name={contactName(contact)} src={contact.avatar} size={20} />,
        words: text,
        run: () => go({ page: "contacts", id: contact.id }),
      }),
    );
    const hits = [...rank(able, text), ...rank(people, text).slice(0, 6), ...known.slice(0, 6)];
    return [
      ...hits,
      {
        id: "everything",
        group: t("search"),
        label: t("search_for", { query: text.trim() }),
        icon: <Search size={16} />,
        run: () => go({ page: "search", q: text.trim() }),
      },
    ];
  }, [all, rows, contacts, text]);
}

export function Palette(_: { me: MeView }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const entries = useEntries(text);
  const active = Math.min(at, entries.length - 1);
  useLayoutEffect(() => {
    list.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  });
  const close = () => overlays.set(null);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    close();
    // After the dialog gave the focus back, so that what runs may take it.
    setTimeout(entry.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((active + (event.key === "ArrowDown" ? 1 : -1) + entries.length) % entries.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(entries[active]);
    }
  };
  return (
    <Dialog open onClose={close} title={t("command_palette")} closeLabel={t("close")} side="bare">
      <div class="in-palette">
        <div class="in-palette-field">
          <Search size={18} />
          <input
            type="text"
            dir="auto"
            data-autofocus
            role="combobox"
            aria-label={t("command_palette")}
            aria-expanded="true"
            aria-controls={`${id}-list`}
            aria-activedescendant={entries[active] ? `${id}-${active}` : undefined}
            aria-autocomplete="list"
            autocomplete="off"
            spellcheck={false}
            placeholder={t("palette_placeholder")}
            value={text}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={onKeyDown}
          />
        </div>
        <div ref={list} id={`${id}-list`} role="listbox" aria-label={t("command_palette")} class="in-palette-list">
          {entries.map((entry, index) => (
            <div key={entry.id} role="presentation">
              {entry.group !== entries[index - 1]?.group && (
                <div class="ui-menu-heading" role="presentation">
                  {entry.group}
                </div>
              )}
              {/* biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field */}
              {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the field */}
              <div
                id={`${id}-${index}`}
                role="option"
                aria-selected={index === active ? "true" : "false"}
                data-active={index === active ? "true" : "false"}
                class="ui-option"
                onPointerMove={() => setAt(index)}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => run(entry)}
              >
                <span class="ui-menu-icon">{entry.icon ?? <CornerDownLeft size={16} />}</span>
                <span class="ui-menu-words">
                  <span dir="auto">{entry.label}</span>
                  {entry.hint && (
                    <span class="ui-menu-hint in-one-line" dir="auto">
                      {fold(entry.hint) === "" ? "" : entry.hint}
                    </span>
                  )}
                </span>
                {entry.keys && <Keys keys={entry.keys} />}
              </div>
            </div>
          ))}
        </div>
      </div>
    </Dialog>
  );
}
