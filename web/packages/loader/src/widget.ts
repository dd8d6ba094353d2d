/** One widget on a page: launcher, greeting, questions, frame, and the page's API (embedding contract 4). */
import { signature } from "./envelope.ts";
import { fetchJson, page } from "./page.ts";
import type { WidgetRecord } from "./record.ts";
import { css } from "./style.ts";

type Handler = (detail: object) => void;
/** Ends a promise of the page's API: well, or with the code of a refusal. */
type Settle = (error: string | null) => void;

type Timer = ReturnType<typeof setTimeout>;

/** Tries again after 5, 15, 60 seconds, then whenever the page is looked at or online again. */
export const later = (attempt: number, again: () => void): void => {
  attempt < 3
    ? setTimeout(again, ([5, 15, 60][attempt] as number) * 1000)
    : ["visibilitychange", "online"].map((event) => addEventListener(event, again, { once: true }));
};

const ICONS: Record<string, string> = {
  open: "m5 9 7 7 7-7",
  chat: "m3 21 1-5a9 9 0 1 1 4 4z",
  question: "M9 9a3 3 0 1 1 3 3v3m0 4h0",
  wave: "M8 11V6m4 5V4m4 7V6m4 3v5a6 6 0 0 1-11 4l-5-5",
};
const svg = (tag: string): SVGElement => document.createElementNS("http://www.w3.org/2000/svg", tag) as SVGElement;

const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields?: Partial<HTMLElementTagNameMap[K]>,
  ...inner: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...inner);
  return element;
};

/** Draws the widget and gives the commands that `window.halloo` takes. */
export const startWidget = (
  { id, hosts: { client }, config: { v1: config }, availability }: WidgetRecord,
  script: URLSearchParams,
) => {
  const { trigger, greeting, page_tracking: tracking, files, features } = config;
  /** A link from a mail (`#halloo-continue=…`) is handed on as the frame's own fragment. */
  const link = `${/^#halloo-continue=.*|/.exec(location.hash)}`;
  // What is empty here the frame knows from the record or the browser.
  const locale = script.get("locale") || document.documentElement.lang;
  const theme = script.get("theme") || "";
  const phone = matchMedia("(max-width:520px),(max-height:420px)");
  let size = { width: 392, height: 720 };
  const handlers: [name: string, handler: Handler][] = [];
  /** Commands that wait for the frame's answer; their place is their number. */
  const calls: Settle[] = [];
  let seen: string | undefined;
  /** The number of the next message; 0 while nobody listens. */
  let said = 0;
  /** Why the widget cannot run here. */
  let ended: string | undefined;
  let heard = 0;
  let unread: number | "" = "";
  let open = false;
  /** Before the frame is ready: until it is given up. Afterwards: until it hears of the page's new size. */
  let timer: Timer | undefined;
  let tries = 0;
  const waiting: [string, object][] = [];

  // -- drawing

  /** A button that opens the chat. */
  const choice = (by: string, text: string | null, ...inner: (Node | string)[]) =>
    make("button", { className: "q", dir: "auto", onclick: () => turn(true, by, text) }, ...inner);

  const badge = make("b");
  const path = svg("path");
  const icon = svg("svg");
  icon.append(path);
  const launcher = make(
    "button",
    { className: "l", onclick: () => turn(!open, "launcher") },
    icon,
    trigger.label,
    badge,
  );
  const bubble = make("div");
  const box = make(
    "div",
    // A handler that gave `false` would take every key from the buttons.
    { onkeydown: ({ key }) => (key === "Escape" && open ? turn(false, "escape") : 0) },
    ...(trigger.hidden || !(availability.open || config.business_hours.when_closed === "accept")
      ? []
      : [bubble, ...config.suggested_questions.map((text) => choice("question", text, text)), launcher]),
  );
  const root = make("halloo-widget" as "div");
  const sheet = new CSSStyleSheet();
  const shadow = root.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(box);

  const draw = (): void => {
    sheet.replaceSync(css(config, phone.matches && open, size));
    box.className = open ? (said ? "w o s" : "w o") : "w";
    badge.textContent = (open ? "" : unread) as string;
    path.setAttribute("d", ICONS[open ? "open" : trigger.icon] as string);
    launcher.ariaExpanded = open as unknown as string;
    launcher.ariaLabel = `${trigger.label || "Chat"} ${unread}`;
  };

  /** A bubble beside the launcher: the greeting, or the newest message while the chat is closed. */
  const say = (author: string, text: string): void =>
    bubble.replaceChildren(
      choice("greeting", null, make("i", {}, author[0] || ""), text),
      // Screen readers say the sign in their listener's language. Closing what is closed tells the frame that it was put away.
      make("button", { className: "x", ariaLabel: "❌", onclick: () => turn(false, "launcher") }, "×"),
    );

  // -- the frame

  const post = (type: string, data: object): void => {
    if (said) frame.contentWindow?.postMessage({ v: 1, wid: id, type, seq: said++, data }, client);
    else waiting.push([type, data]);
  };

  const frame = make("iframe", {
    title: "Chat",
    referrerPolicy: "no-referrer",
    // Cut off behind what is needed. Of all kinds of files "audio" alone has these two letters.
    allow: "autoplay;clipboard-write;microphone;camera;display-capture".slice(
      0,
      features.calls ? 99 : files.enabled && /io/.test(files.types as unknown as string) ? 35 : 24,
    ),
    // Of the script's address nothing else is carried on; there is exactly one parentOrigin, the true one.
    src: `${client}/public/widget/${id}?${new URLSearchParams({ parentOrigin: page, locale, theme })}${link}`,
    // Assigning a text to the token list sets the attribute.
    sandbox:
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads" as unknown as DOMTokenList,
  });

  /** Puts the frame in, which loads it; once it is in, it stays. */
  const boot = (): void => {
    if (frame.parentNode) return;
    box.prepend(frame);
    timer = setTimeout(() => {
      unboot();
      later(tries++, boot);
    }, 10_000);
  };

  const unboot = (): void => {
    clearTimeout(timer);
    frame.remove();
    said = heard = 0;
    draw();
  };

  /** A ticket by which the server sees that this very page asks (embedding contract 10); null where it gives none. */
  const ticket = (): Promise<string | null> =>
    fetchJson<{ ticket?: string }>(client, `${id}/embed-ticket`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: "{}",
    }).then(
      (answer) => answer.ticket || null,
      () => null,
    );

  const sayPage = (): void => {
    const strip = (url: string): string => url.replace(tracking === "full" ? link : /[?#].*/, "");
    seen = location.href;
    if (said && tracking !== "off") {
      post("page", { url: strip(seen), title: document.title, referrer: strip(document.referrer) });
    }
  };

  /** Opens or closes. `by` is who wants it on this page; without it the frame has done so itself. */
  const turn = (now: boolean, by?: string, text: string | null = null): void => {
    if (now) boot();
    if (by) {
      // Closing what is closed puts the greeting away.
      if (!now) post("close", { by });
      else if (!open) post("open", { by, text });
    }
    open = now;
    bubble.replaceChildren();
    draw();
    if (open) frame.focus();
    else if (by !== "api") launcher.focus();
  };

  const count = ({ count, preview }: { count: number; preview: { author: string; text: string } | null }): void => {
    unread = count || "";
    if (preview && !open) say(preview.author, preview.text);
    draw();
  };

  const settle = ({ call, error }: { call: number; error: string | null }): void => calls[call]?.(error);

  /** Every message that the frame may send, by its signature. */
  const on: Record<string, (data: never) => void> = {
    "open ": () => turn(true),
    "resize widthn,heightn"(wish: typeof size) {
      size = wish;
      draw();
    },
    "unread countn,previewauthors,texts": count,
    "unread countn,previewo": count,
    "need_ticket ": async () => post("ticket", { ticket: await ticket() }),
    "event names,detailo"({ name, detail }: { name: string; detail: object }) {
      handlers.map(([wanted, handler]) => wanted === name && handler(detail));
    },
    "result calln,okb,errors": settle,
    "result calln,okb,erroro": settle,
    "failed codes"({ code }: { code: string }) {
      ended = code;
      root.remove();
      calls.map((settle) => settle(code));
    },
    "close ": () => turn(false),
    async "ready parts"() {
      // The second one is the chat app's.
      if (heard < 2) {
        clearTimeout(timer);
        const proof = config.security.require_verified_embedding ? await ticket() : null;
        said = 1;
        post("init", { parent_origin: page, locale, theme, mobile: phone.matches, ticket: proof });
        sayPage();
        waiting.splice(0).map((item) => post(...item));
        draw();
      }
    },
  };

  addEventListener("message", ({ source, origin, data }) => {
    const take = source === frame.contentWindow && origin === client && on[signature(data, id, heard) as string];
    if (take) {
      heard = data.seq;
      take(data.data as never);
    }
  });

  // -- life on the page

  let times = 0;
  /** Where a framework replaced <body>, the widget comes back, and where it moved on to another page, the frame hears of it. */
  const attach = (): void => {
    if (seen !== location.href) sayPage();
    if (ended || root.isConnected || times > 5 || !document.body) return;
    // At most five times a minute, the first time aside.
    times++;
    setTimeout(() => times--, 60_000);
    const again = frame.parentNode;
    unboot();
    document.body.append(root);
    if (again) {
      if (!open) boot();
      else {
        open = false;
        turn(true, "api");
      }
    }
  };
  attach();
  new MutationObserver(attach).observe(document, { childList: true, subtree: true });

  ["resize", "scroll"].map((event) =>
    (visualViewport as VisualViewport).addEventListener(event, () => {
      draw();
      if (!said) return;
      // Once it rests, so that it is at most ten times a second.
      clearTimeout(timer);
      timer = setTimeout(
        () => post("viewport", { width: innerWidth, height: innerHeight, mobile: phone.matches }),
        100,
      );
    }),
  );

  const eager = (): unknown => window.requestIdleCallback?.(boot, { timeout: 3000 }) ?? setTimeout(boot, 1500);
  if (link) boot();
  else if (config.boot === "eager") {
    if (document.readyState === "complete") eager();
    else addEventListener("load", eager);
  } else if (greeting.text) {
    // No delay given means: not beside the launcher.
    setTimeout(
      () => frame.parentNode || say(config.chat.title, greeting.text),
      (greeting.bubble_after_s ?? 1e6) * 1000,
    );
  }
  // -- the page's API

  /** A command that the frame answers, as soon as there is one: under `boot: interaction` once the visitor acts. */
  const ask = async (type: string, fields: object): Promise<void> => {
    const code =
      ended ||
      (await new Promise<string | null>((settle) =>
        // What is no JSON, or too long for a message, does not get out.
        post(type, { call: calls.push(settle) - 1, ...JSON.parse(JSON.stringify(fields).slice(0, 16_000)) }),
      ).catch(() => "field_invalid"));
    if (code) throw Object.assign(new Error(code), { code });
  };

  return {
    open: async () => turn(true, "api"),
    // Good-bye is not put off: the frame is needed for it, and makes nobody known.
    reset: () => ask("reset", { ...(boot() as unknown as object) }),
    identify: async (token: unknown) => ask("identify", { token: `${token}` }),
    on(name: string, handler: Handler) {
      const entry = [name, handler] as [string, Handler];
      handlers.push(entry);
      return () => entry.shift();
    },
    close: async () => turn(false, "api"),
    toggle: async () => turn(!open, "api"),
    set: (attributes: object) => ask("set", { attributes: { ...attributes } }),
  };
};
