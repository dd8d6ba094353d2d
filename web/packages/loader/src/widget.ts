/** One widget on a page: launcher, greeting, questions, frame, and the page's API (`contracts/embedding.md` 4). */
import texts from "virtual:loader-texts";
import { fromFrame } from "./envelope.ts";
import { frameAddress, type WidgetRecord } from "./record.ts";
import { css, type View } from "./style.ts";

type Handler = (detail: object) => void;
type Settle = [done: () => void, fail: (error: Error) => void];

/** Waits between tries, in seconds. */
export const RETRY_S = [5, 15, 60];

const ICONS: Record<string, string> = {
  chat: "M20 11.5a8 7.5 0 0 1-11.6 6.7L4 20l1.2-4a8 7.5 0 1 1 14.8-4.5zM9 12h0M12.5 12h0M16 12h0",
  question: "M8.5 9a3.5 3.5 0 0 1 6.8 1.2c0 2.3-3.3 2.8-3.3 5.3M12 19h0",
  wave: "M18 11V6a2 2 0 0 0-4 0v4-6a2 2 0 0 0-4 0v6-4a2 2 0 0 0-4 0v8M18 8a2 2 0 1 1 4 0v6a8 8 0 0 1-14 6l-5-5a2 2 0 0 1 3-3l2 2",
  down: "m5 9 7 7 7-7",
};

const SVG = "http://www.w3.org/2000/svg";
const icon = (name: string): SVGElement => {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", ICONS[name] as string);
  svg.append(path);
  return svg;
};

const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  fields: Partial<HTMLElementTagNameMap[K]>,
  ...inner: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = Object.assign(document.createElement(tag), fields);
  element.append(...inner);
  return element;
};

const refusal = (code: string): Error => Object.assign(new Error(code), { code });

/** Draws the widget and gives the commands that `window.halloo` takes. */
export function startWidget(record: WidgetRecord, script: URLSearchParams, page: string) {
  const config = record.config.v1;
  const { trigger, greeting, chat } = config;
  const host = record.hosts.client;
  const locale =
    (config.locale !== "auto" && config.locale) ||
    script.get("locale") ||
    document.documentElement.lang ||
    navigator.language;
  const [chatWord = "", closeWord = ""] = (texts[locale.slice(0, 2)] ?? (texts["en"] as string)).split("|");
  const phone = matchMedia("(max-width:520px),(max-height:480px) and (pointer:coarse)");
  const view: View = { phone: false, top: 0, width: 392, height: 720 };
  const wish = { width: 392, height: 720 };
  const handlers: Record<string, Set<Handler>> = {};
  /** Commands that wait for the frame's answer; their place is their number. */
  const calls: (Settle | undefined)[] = [];
  /** Calls of `open` before the chat app is there. */
  let openers: Settle[] = [];
  let frame: HTMLIFrameElement | null = null;
  let core = false;
  let app = false;
  let open = false;
  let ended = false;
  let heard = 0;
  let said = 0;
  let tries = 0;
  let unread = 0;
  let timer = 0;
  let waiting: [string, object][] = [];

  const emit = (name: string, detail: object): void => {
    for (const handler of handlers[name] ?? []) setTimeout(handler, 0, detail);
  };

  // -- drawing

  const badge = make("b", {});
  const bubble = make("div", { className: "g", hidden: true });
  const launcher = make(
    "button",
    { className: "l", hidden: trigger.hidden, onclick: () => (open ? hide("launcher") : show("launcher")) },
    icon(trigger.icon),
    icon("down"),
    trigger.label,
    badge,
  );
  const questions = config.suggested_questions.map((text) =>
    make("button", { className: "q", dir: "auto", onclick: () => show("question", text) }, text),
  );
  const box = make("div", {}, bubble, ...questions, launcher);
  const root = make("halloo-widget" as "div", {});
  const sheet = new CSSStyleSheet();
  const shadow = root.attachShadow({ mode: "closed" });
  shadow.adoptedStyleSheets = [sheet];
  shadow.append(box);
  box.onkeydown = ({ key }) => key === "Escape" && open && hide("escape");

  const draw = (): void => {
    view.phone = phone.matches && open;
    view.top = visualViewport?.offsetTop ?? 0;
    view.width = wish.width;
    view.height = view.phone ? (visualViewport?.height ?? innerHeight) : wish.height;
    sheet.replaceSync(css(config, view));
    box.className = `w${open ? " o" : ""}${open && core ? " s" : ""}`;
    badge.hidden = open || !unread;
    badge.textContent = `${unread > 99 ? "99+" : unread}`;
    launcher.ariaExpanded = `${open}`;
    launcher.ariaLabel = (trigger.label || chatWord) + (unread ? ` (${unread})` : "");
  };

  /** A bubble beside the launcher: the greeting, or the newest message while the chat is closed. */
  const say = (author: string, text: string): void => {
    const dismiss = (event: Event): void => {
      event.stopPropagation();
      bubble.hidden = true;
      // Closing what is closed tells the frame that the bubble was put away.
      post("close", { by: "launcher" });
    };
    bubble.replaceChildren(
      make("i", {}, [...author][0] ?? "…"),
      make("span", { dir: "auto" }, text),
      make("button", { className: "x", ariaLabel: closeWord, onclick: dismiss }, "×"),
    );
    bubble.onclick = () => show("greeting");
    bubble.hidden = false;
  };

  // -- the frame

  const post = (type: string, data: object): void => {
    if (core) {
      said += 1;
      frame?.contentWindow?.postMessage({ v: 1, wid: record.id, type, seq: said, data }, host);
    } else if (type !== "viewport") waiting.push([type, data]);
  };

  const boot = (): void => {
    if (frame || ended) return;
    heard = said = 0;
    frame = make("iframe", {
      title: chat.title || chatWord,
      referrerPolicy: "no-referrer",
      allow: `autoplay; clipboard-write${config.features.calls ? "; microphone; camera; display-capture" : ""}`,
      src: frameAddress(record, script, page),
    });
    frame.setAttribute(
      "sandbox",
      "allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads",
    );
    box.prepend(frame);
    timer = setTimeout(() => {
      unboot();
      timer = setTimeout(boot, (RETRY_S[tries] ?? 60) * 1000);
      tries += 1;
    }, 10_000);
  };

  const unboot = (): void => {
    clearTimeout(timer);
    frame?.remove();
    frame = null;
    core = app = false;
    draw();
  };

  const sayPage = (): void => {
    const { page_tracking } = config;
    const strip = (url: string): string => (page_tracking === "full" ? url : url.replace(/[?#].*/, ""));
    if (page_tracking !== "off") {
      post("page", { url: strip(location.href), title: document.title, referrer: strip(document.referrer) });
    }
  };

  const opened = (now: boolean): void => {
    if (open !== now) emit(now ? "open" : "close", {});
    open = now;
    bubble.hidden = true;
    draw();
    if (open) frame?.focus();
  };

  const show = (by: string, text: string | null = null): void => {
    if (ended) return;
    for (const question of questions) question.hidden = true;
    boot();
    if (!open) post("open", { by, text });
    opened(true);
  };

  const hide = (by: string): void => {
    post("close", { by });
    opened(false);
    if (by === "escape") launcher.focus();
  };

  addEventListener("message", ({ source, origin: from, data: raw }) => {
    const message = frame && source === frame.contentWindow && from === host && fromFrame(raw, record.id, heard);
    if (!message) return;
    heard = message.seq;
    switch (message.type) {
      case "ready":
        if (message.data.part === "core") ready();
        else {
          app = true;
          for (const [done] of openers) done();
          openers = [];
        }
        break;
      case "resize":
        Object.assign(wish, message.data);
        draw();
        break;
      case "open":
        opened(true);
        break;
      case "close":
        opened(false);
        launcher.focus();
        break;
      case "unread": {
        const { count, preview } = message.data;
        if (unread !== count) emit("unread", { count });
        unread = count;
        if (preview && !open) say(preview.author, preview.text);
        draw();
        break;
      }
      case "event":
        emit(message.data.name, message.data.detail);
        break;
      case "result": {
        const { call, ok, error } = message.data;
        const settle = calls[call];
        if (ok) settle?.[0]();
        else settle?.[1](refusal(error ?? ""));
        delete calls[call];
        break;
      }
      case "failed": {
        const { code } = message.data;
        ended = true;
        unboot();
        root.remove();
        for (const settle of [...calls, ...openers]) settle?.[1](refusal(code));
        emit("error", { code });
        break;
      }
      default:
    }
  });

  const ready = (): void => {
    clearTimeout(timer);
    core = true;
    tries = 0;
    const theme = script.get("theme") ?? config.theme;
    post("init", { parent_origin: page, locale, theme, mobile: phone.matches, ticket: null });
    sayPage();
    for (const [type, data] of waiting) post(type, data);
    waiting = [];
    draw();
    emit("ready", {});
  };

  // -- the page's API

  /** A command that the frame answers. Under `boot: interaction` it waits in line until the visitor acts. */
  const ask = (type: string, fields: object): Promise<void> =>
    new Promise((done, fail) => post(type, { call: calls.push([done, fail]) - 1, ...fields }));

  const commands = {
    open: (): Promise<void> =>
      new Promise((done, fail) => {
        if (app) done();
        else openers.push([done, fail]);
        show("api");
      }),
    close: async (): Promise<void> => hide("api"),
    toggle: (): Promise<void> => (open ? commands.close() : commands.open()),
    identify: (token: unknown) => ask("identify", { token }),
    set: (attributes: unknown) => ask("set", { attributes }),
    reset: () => ask("reset", {}),
    on(name: string, handler: Handler) {
      handlers[name] ??= new Set();
      handlers[name].add(handler);
      return () => handlers[name]?.delete(handler);
    },
  };

  // -- life on the page

  let putBack = 0;
  const attach = (): void => {
    if (ended || root.isConnected || !document.body || putBack > 5) return;
    putBack += 1;
    setTimeout(() => {
      putBack -= 1;
    }, 60_000);
    const again = frame;
    unboot();
    document.body.append(root);
    if (again) boot();
  };
  attach();
  new MutationObserver(attach).observe(document, { childList: true, subtree: true });

  let pause = 0;
  const viewport = (): void => {
    pause = 0;
    draw();
    post("viewport", { width: innerWidth, height: innerHeight, mobile: phone.matches });
  };
  const resized = (): void => {
    if (view.phone) draw();
    if (!pause) pause = setTimeout(viewport, 100);
  };
  addEventListener("resize", resized);
  visualViewport?.addEventListener("resize", resized);
  visualViewport?.addEventListener("scroll", resized);
  addEventListener("popstate", sayPage);
  (window as { navigation?: EventTarget }).navigation?.addEventListener("navigatesuccess", sayPage);

  const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1500));
  const eager = () => idle(boot, { timeout: 3000 });
  if (config.boot === "eager") {
    if (document.readyState === "complete") eager();
    else addEventListener("load", eager);
  } else if (greeting.text && greeting.bubble_after_s !== null) {
    setTimeout(() => frame || say(chat.title, greeting.text), greeting.bubble_after_s * 1000);
  }
  return commands;
}
