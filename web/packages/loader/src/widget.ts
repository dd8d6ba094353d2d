/** One widget on a page: launcher, greeting, questions, frame, and the page's API (embedding contract 4). */
import { type FrameMessage, isFromFrame } from "./envelope.ts";
import type { WidgetRecord } from "./record.ts";
import { css } from "./style.ts";

type Handler = (detail: object) => void;
type Settle = [done: (nothing: unknown) => void, fail: (error: Error) => void];

type Timer = ReturnType<typeof setTimeout>;

/** Tries again after 5, 15, 60 seconds. */
export const later = (attempt: number, again: () => void): Timer => setTimeout(again, ([5, 15][attempt] ?? 60) * 1000);

const ICONS: Record<string, string> = {
  chat: "M21 12a9 9 0 0 1-13 8l-5 1 1-5a9 9 0 1 1 17-4z",
  question: "M9 9a3 3 0 1 1 4 3q-1 0-1 3m0 4h0",
  wave: "M8 11V6m4 5V4m4 7V6m4 3v5a6 6 0 0 1-11 4l-5-5",
};
/** Points up, since the open launcher turns its icon half round. */
const DOWN = "m5 15 7-7 7 7";

const svg = (tag: string): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;

const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields: Partial<HTMLElementTagNameMap[K]>,
  ...inner: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...inner);
  return element;
};

const refusal = (code: string | null): Error => Object.assign(new Error(code ?? ""), { code });

/** Draws the widget and gives the commands that `window.halloo` takes. */
export function startWidget(record: WidgetRecord, script: URLSearchParams, page: string) {
  const config = record.config.v1;
  const { trigger, greeting, page_tracking: tracking } = config;
  const { client } = record.hosts;
  const locale =
    (config.locale !== "auto" && config.locale) ||
    script.get("locale") ||
    document.documentElement.lang ||
    navigator.language;
  const theme = script.get("theme") || config.theme;
  const phone = matchMedia("(max-width:520px),(max-height:420px)");
  const size = { width: 392, height: 720 };
  const handlers: [name: string, handler: Handler][] = [];
  /** Commands that wait for the frame's answer; their place is their number. */
  const calls: Settle[] = [];
  let frame: HTMLIFrameElement | undefined;
  let core = false;
  let open = false;
  let ended = false;
  let heard = 0;
  let said = 0;
  let tries = 0;
  let unread = 0;
  let timer: Timer | undefined;
  let seen = "";
  let waiting: [string, object][] = [];

  // -- drawing

  /** A button that opens the chat. */
  const choice = (by: string, text: string | null, ...inner: (Node | string)[]) =>
    make("button", { className: "q", dir: "auto", onclick: () => show(by, text) }, ...inner);

  const badge = make("b", {});
  const path = svg("path");
  const icon = svg("svg");
  icon.append(path);
  const launcher = make(
    "button",
    { className: "l", onclick: () => (open ? hide("launcher") : show("launcher")) },
    icon,
    trigger.label,
    badge,
  );
  const bubble = make("div", {});
  const box = make(
    "div",
    // A handler that gave `false` would take every key from the buttons.
    { onkeydown: ({ key }) => void (key === "Escape" && open && hide("escape")) },
    bubble,
    ...config.suggested_questions.map((text) => choice("question", text, text)),
    trigger.hidden || !(record.availability.open || config.business_hours.when_closed === "accept") ? "" : launcher,
  );
  const root = make("halloo-widget" as "div", {});
  const sheet = new CSSStyleSheet();
  const shadow = root.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(box);

  const draw = (): void => {
    const full = phone.matches && open;
    const { offsetTop, height } = visualViewport as VisualViewport;
    sheet.replaceSync(css(config, full, offsetTop, size.width, full ? height : size.height));
    box.className = open ? (core ? "w o s" : "w o") : "w";
    badge.textContent = `${(!open && unread) || ""}`;
    path.setAttribute("d", open ? DOWN : (ICONS[trigger.icon] as string));
    launcher.ariaExpanded = `${open}`;
    launcher.ariaLabel = `${trigger.label || "Chat"} ${unread || ""}`;
  };

  /** A bubble beside the launcher: the greeting, or the newest message while the chat is closed. */
  const say = (author: string, text: string): void =>
    bubble.replaceChildren(
      choice("greeting", null, make("i", {}, author[0] ?? "…"), text),
      // Screen readers say the sign in their listener's language. Closing what is closed tells the frame that it was put away.
      make("button", { className: "x", ariaLabel: "❌", onclick: () => hide("launcher") }, "×"),
    );

  // -- the frame

  const post = (type: string, data: object): void => {
    if (core) {
      frame?.contentWindow?.postMessage({ v: 1, wid: record.id, type, seq: ++said, data }, client);
    } else waiting.push([type, data]);
  };

  const boot = (): void => {
    if (frame || ended) return;
    heard = said = 0;
    frame = make("iframe", {
      title: "Chat",
      referrerPolicy: "no-referrer",
      allow: "autoplay; clipboard-write",
      // Of the script's address nothing else is carried on; there is exactly one parentOrigin, the true one.
      src: `${client}/public/widget/${record.id}?${new URLSearchParams({ parentOrigin: page, locale, theme })}`,
      // Assigning a text to the token list sets the attribute.
      sandbox:
        "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads" as unknown as DOMTokenList,
    });
    box.prepend(frame);
    timer = setTimeout(() => {
      unboot();
      timer = later(tries, boot);
      tries += 1;
    }, 10_000);
  };

  const unboot = (): void => {
    clearTimeout(timer);
    frame?.remove();
    frame = undefined;
    core = false;
    draw();
  };

  const sayPage = (): void => {
    const strip = (url: string): string => (tracking === "full" ? url : url.replace(/[?#].*/, ""));
    seen = location.href;
    if (core && tracking !== "off") {
      post("page", { url: strip(seen), title: document.title, referrer: strip(document.referrer) });
    }
  };

  const opened = (now: boolean): void => {
    open = now;
    bubble.replaceChildren();
    draw();
    if (open) frame?.focus();
  };

  const show = (by: string, text: string | null = null): void => {
    boot();
    if (!open) post("open", { by, text });
    opened(true);
  };

  const hide = (by: string): void => {
    post("close", { by });
    opened(false);
    if (by === "escape") launcher.focus();
  };

  const on = {
    ready() {
      // The second one is the chat app's.
      if (core) return;
      clearTimeout(timer);
      core = true;
      post("init", { parent_origin: page, locale, theme, mobile: phone.matches, ticket: null });
      sayPage();
      for (const [type, data] of waiting) post(type, data);
      waiting = [];
      draw();
    },
    resize(wish) {
      Object.assign(size, wish);
      draw();
    },
    open: () => opened(true),
    close() {
      opened(false);
      launcher.focus();
    },
    unread({ count, preview }) {
      unread = count;
      if (preview && !open) say(preview.author, preview.text);
      draw();
    },
    event({ name, detail }) {
      for (const [wanted, handler] of handlers) if (wanted === name) handler(detail);
    },
    result({ call, ok, error }) {
      calls[call]?.[ok ? 0 : 1](refusal(error));
    },
    failed({ code }) {
      ended = true;
      unboot();
      root.remove();
      for (const [, fail] of calls) fail(refusal(code));
    },
  } satisfies {
    [T in Exclude<FrameMessage["type"], "need_ticket">]: (data: Extract<FrameMessage, { type: T }>["data"]) => void;
  };

  addEventListener("message", ({ source, origin, data }) => {
    if (frame && source === frame.contentWindow && origin === client && isFromFrame(data, record.id, heard)) {
      heard = data.seq;
      (on as Partial<Record<string, (data: unknown) => void>>)[data.type]?.(data.data);
    }
  });

  // -- the page's API

  /** A command that the frame answers. Under `boot: interaction` it waits in line until the visitor acts. */
  const ask = (type: string, fields: object): Promise<unknown> =>
    new Promise((done, fail) => post(type, { call: calls.push([done, fail]) - 1, ...fields }));

  const commands = {
    open: async () => show("api"),
    close: async () => hide("api"),
    toggle: async () => launcher.click(),
    identify: (token: unknown) => ask("identify", { token }),
    set: (attributes: unknown) => ask("set", { attributes }),
    reset: () => ask("reset", {}),
    on(name: string, handler: Handler) {
      const entry = [name, handler] as [string, Handler];
      handlers.push(entry);
      return () => void entry.shift();
    },
  };

  // -- life on the page

  let times = 0;
  /** Where a framework replaced <body>, the widget comes back, and where it moved on to another page, the frame hears of it. */
  const attach = (): void => {
    if (seen !== location.href) sayPage();
    if (ended || root.isConnected || times > 5 || !document.body) return;
    // At most five times a minute, the first time aside.
    times++;
    setTimeout(() => times--, 60_000);
    const again = frame;
    unboot();
    document.body.append(root);
    if (again) boot();
  };
  attach();
  new MutationObserver(attach).observe(document, { childList: true, subtree: true });

  phone.onchange = () => {
    draw();
    post("viewport", { width: innerWidth, height: innerHeight, mobile: phone.matches });
  };
  for (const event of ["resize", "scroll"]) visualViewport?.addEventListener(event, draw);

  const idle: (run: () => void, options: object) => unknown =
    window.requestIdleCallback || ((run) => setTimeout(run, 1500));
  const eager = (): unknown => idle(boot, { timeout: 3000 });
  if (config.boot === "eager") {
    if (document.readyState === "complete") eager();
    else addEventListener("load", eager);
  } else if (greeting.text) {
    // No delay given means: not beside the launcher.
    setTimeout(() => frame || say(config.chat.title, greeting.text), (greeting.bubble_after_s ?? 1e6) * 1000);
  }
  return commands;
}
