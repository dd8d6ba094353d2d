/** The door of the chat app: mounted once, told to show itself, to chime. */
import { createT, directionOf } from "@halloo/core";
import { render } from "preact";
import type { Core, Engine } from "../frame/engine.ts";
import { openWriting } from "../frame/writing.ts";
import { App } from "./app.tsx";
import { tones } from "./colours.ts";
import { Around, type Messages } from "./hooks.ts";
import { allowSound, chime } from "./sound.ts";
import "@halloo/ui/tokens.css";
import "@halloo/ui/rich.css";
import "./chat.css";
import "./forms.css";

export interface Settings {
  readonly locale: string;
  readonly theme: string;
  readonly mobile: boolean;
  readonly open: boolean;
}

export interface Chat {
  show(settings: Settings, question: string | null): Promise<void>;
  /** A message came: sounds, where the visitor wants it and the browser allows it. */
  chime(): void;
}

const LOADERS = import.meta.glob<{ default: Messages }>("../../../../messages/*/widget.json");
const loaded = new Map<string, Messages>();

/** The sentences of a language, fetched once. */
export async function readMessages(language: string): Promise<Messages> {
  const known = loaded.get(language);
  if (known) return known;
  const load =
    LOADERS[`../../../../messages/${language}/widget.json`] ?? LOADERS["../../../../messages/en/widget.json"];
  if (!load) throw new Error("no messages");
  const { default: messages } = await load();
  loaded.set(language, messages);
  return messages;
}

/** Sets theme and owner's colours on the root element. */
export function paint(engine: Pick<Engine, "record">, theme: string): void {
  const root = document.documentElement;
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  root.dataset["theme"] = dark ? "dark" : "light";
  root.dataset["shape"] = engine.record.config.v1.chat.avatar_shape;
  for (const [name, value] of Object.entries(tones(engine.record.config.v1, dark ? "dark" : "light"))) {
    root.style.setProperty(name, value);
  }
}

export interface Outside {
  /** The view that was on the screen of this tab's last page. */
  readonly view: string | null;
  readonly onView: (view: string | null) => void;
  readonly close: (() => void) | null;
}

export async function mount(core: Core, first: Settings, outside: Outside): Promise<Chat> {
  const engine = openWriting(core);
  const { close, view, onView } = outside;
  const root = document.getElementById("halloo");
  if (!root) throw new Error("no place for the chat");
  let settings = first;
  let asked: { text: string; number: number } | null = null;

  const draw = async (): Promise<void> => {
    const { locale, mobile, open, theme } = settings;
    const messages = await readMessages(locale);
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
    document.documentElement.classList.toggle("h-phone", mobile);
    paint(engine, theme);
    const around = { engine, t: createT<Messages>(locale, messages), language: locale, mobile, close };
    render(
      <Around.Provider value={around}>
        <App open={open} question={asked} view={view} onView={onView} />
      </Around.Provider>,
      root,
    );
  };

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => paint(engine, settings.theme));
  for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, allowSound, { once: true });
  await draw();
  return {
    show(next, question) {
      settings = next;
      if (question !== null) asked = { text: question, number: (asked?.number ?? 0) + 1 };
      return draw();
    },
    chime() {
      if (engine.state.memory.sound ?? engine.record.config.v1.sound) chime();
    },
  };
}
