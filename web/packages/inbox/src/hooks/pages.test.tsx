// @vitest-environment happy-dom
import { type ComponentChildren, render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import type { MeView } from "../data/types.ts";
import { currentRoute, go, hookRoute } from "../router.ts";
import { Attempt } from "./attempt.tsx";
import { EditHook } from "./edit-hook.tsx";
import { LastReplay } from "./last-replay.tsx";
import { HookList } from "./list.tsx";
import { NewHook } from "./new-hook.tsx";
import { HookNotice } from "./notice.tsx";
import { Signature } from "./signature.tsx";
import { eventOf, hookOf } from "./testing.ts";
import type { AttemptView, HookView } from "./types.ts";

const SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const EVENTS = [
  eventOf("message:send"),
  eventOf("message:received"),
  eventOf("plugin:settings:saved", "plugins", { secret: true }),
  eventOf("website:users:available", "team", { class: "light" }),
];

let root: HTMLElement;
let asked: { method: string; path: string; body: unknown; match: string | undefined }[];
let answers: Record<string, (body: unknown) => [status: number, json: unknown]>;

const settle = () => act(async () => void (await new Promise((done) => setTimeout(done, 20))));
const show = async (page: ComponentChildren) => {
  await act(() => render(page, root));
  await settle();
};
const words = () => root.textContent ?? "";
const find = <T extends HTMLElement>(selector: string, text?: string): T => {
  const all = [...document.querySelectorAll<T>(selector)];
  const hit = text === undefined ? all[0] : all.find((one) => (one.textContent ?? "").includes(text));
  if (!hit) throw new Error(`no ${selector} ${text ?? ""} in ${document.body.innerHTML.slice(0, 2000)}`);
  return hit;
};
const press = async (selector: string, text?: string) => {
  await act(() => find(selector, text).click());
  await settle();
};
const type = async (field: HTMLInputElement, text: string) => {
  field.value = text;
  await act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
};

beforeEach(() => {
  asked = [];
  answers = {
    "GET /core/hooks/events": () => [200, { data: EVENTS }],
    "GET /core/hooks": () => [200, { data: [], next_cursor: null }],
  };
  root = document.body.appendChild(document.createElement("div"));
  const scopes = ["hooks:read", "hooks:manage", "conversations:read"];
  client.setQueryData<MeView>(keys.me, { workspace: { id: "ws" }, scopes } as unknown as MeView);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.split("?")[0] ?? url;
    const body = init.body ? JSON.parse(String(init.body)) : undefined;
    const match = (init.headers as Record<string, string>)["if-match"];
    asked.push({ method: init.method ?? "GET", path, body, match });
    const [status, json] = answers[`${init.method} ${path}`]?.(body) ?? [
      404,
      { error: "hook_not_found", message: "", details: {} },
    ];
    return { status, headers: { get: () => null }, text: async () => JSON.stringify(json) };
  });
  go({ page: "hooks", at: "list" }, true);
});

afterEach(() => {
  act(() => render(null, root));
  document.body.innerHTML = "";
  localStorage.clear();
  client.clear();
  vi.unstubAllGlobals();
});

describe("the list", () => {
  const listed = async (...hooks: HookView[]) => {
    answers["GET /core/hooks"] = () => [200, { data: hooks, next_cursor: null }];
    await show(<HookList />);
  };

  it("shows the last call in its three forms, with what went wrong", async () => {
    const at = new Date(Date.now() - 120_000).toISOString();
    await listed(
      hookOf({ id: "a", name: "New one" }),
      hookOf({ id: "b", name: "Good one", last_call: "succeeded", last_call_at: at, last_status: 204 }),
      hookOf({
        id: "c",
        name: "Slow one",
        state: "open",
        last_call: "failed",
        last_call_at: at,
        last_error: "timeout",
        waiting: 12,
      }),
    );
    const rows = [...root.querySelectorAll(".in-hook-row")].map((row) => row.textContent ?? "");
    expect(rows[0]).toContain("Not called yet");
    expect(rows[1]).toContain("Last call succeeded204");
    expect(rows[1]).toContain("2m");
    expect(rows[2]).toContain("Last call failed");
    expect(rows[2]).toContain("No answer in time");
    expect(rows[2]).toContain("On hold");
    expect(rows[2]).toContain("12 waiting");
  });

  it("offers to add one where there is none", async () => {
    await listed();
    expect(words()).toContain("No web hooks yet");
    await press("button", "Add a Web Hook");
    expect(currentRoute()).toEqual({ page: "hooks", at: "new" });
  });

  it("says when it could not be loaded", async () => {
    answers["GET /core/hooks"] = () => [403, { error: "missing_scope", message: "", details: {} }];
    await show(<HookList />);
    expect(words()).toContain("could not be loaded");
  });
});

describe("a new hook", () => {
  const fill = async (url: string) => {
    const [name, address] = [
      ...root.querySelectorAll<HTMLInputElement>("form input:not([type=checkbox]):not([type=radio])"),
    ];
    if (!name || !address) throw new Error("no fields");
    await type(name, " Orders ");
    await type(address, url);
  };
  const choose = async (name: string) => {
    for (const fold of root.querySelectorAll<HTMLElement>('.in-event-fold[aria-expanded="false"]'))
      await act(() => fold.click());
    const row = [...root.querySelectorAll<HTMLElement>(".in-event")].find(
      (one) => one.querySelector("code")?.textContent === name,
    );
    await act(() => row?.querySelector<HTMLInputElement>("input")?.click());
  };

  it("is refused with a sentence while no event is ticked, and nothing is sent", async () => {
    await show(<NewHook />);
    await fill("https://endpoint.example.com/crisp/hooks?key=KEY");
    await press("button[type=submit]");
    expect(find("[role=alert]").textContent).toContain("Choose at least one event.");
    expect(asked.some(({ method }) => method === "POST")).toBe(false);
    await choose("message:send");
    expect(root.querySelector("[role=alert]")).toBeNull();
  });

  it("is sent as it was filled in, and opened", async () => {
    answers["POST /core/hooks"] = () => [201, hookOf({ id: "new" })];
    await show(<NewHook />);
    await fill("https://endpoint.example.com/crisp/hooks?key=KEY");
    await choose("message:send");
    await press("button[type=submit]");
    expect(asked.find(({ method }) => method === "POST")?.body).toMatchObject({
      name: "Orders",
      url: "https://endpoint.example.com/crisp/hooks?key=KEY",
      events: ["message:send"],
      signing: "none",
      ordered: "none",
      retry: "standard",
      timeout_ms: 2000,
      headers: {},
    });
    expect(currentRoute()).toEqual(hookRoute("new"));
  });

  it("warns of an address without encryption, to which no event with a secret goes", async () => {
    await show(<NewHook />);
    await fill("http://endpoint.example.com");
    expect(words()).toContain("Without https anybody on the way can read");
    await choose("plugin:settings:saved");
    await press(".in-event-group:nth-of-type(2) header input");
    expect(words()).toContain("0 of 4");
  });

  it("takes a whole group at once, and gives it back", async () => {
    await show(<NewHook />);
    await press(".in-event-group header input");
    expect(words()).toContain("2 of 4");
    await choose("message:send");
    expect(find<HTMLInputElement>(".in-event-group header input").indeterminate).toBe(true);
    await choose("message:send");
    await press(".in-event-group header input");
    expect(words()).toContain("0 of 4");
  });

  it("finds events by name and by what they say", async () => {
    await show(<NewHook />);
    await type(find<HTMLInputElement>(".in-events-head input"), "first operator");
    expect([...root.querySelectorAll(".in-event code")].map((one) => one.textContent)).toEqual([
      "website:users:available",
    ]);
  });

  it("offers a key for an address without one, as nothing signs", async () => {
    await show(<NewHook />);
    await fill("https://endpoint.example.com/in");
    await press("button", "Add a key");
    const [, address] = [
      ...root.querySelectorAll<HTMLInputElement>("form input:not([type=checkbox]):not([type=radio])"),
    ];
    expect(address?.value).toMatch(/^https:\/\/endpoint\.example\.com\/in\?key=[\w-]{24}$/);
  });

  it("shows its secret once, with the code that takes it", async () => {
    answers["POST /core/hooks"] = () => [201, { ...hookOf({ id: "new", signing: "signed" }), secret: SECRET }];
    await show(<NewHook />);
    await fill("https://endpoint.example.com");
    await choose("message:send");
    await act(() => find<HTMLInputElement>('input[value="signed"]').click());
    await press("button[type=submit]");
    const dialog = find("dialog");
    expect(dialog.textContent).toContain("It is shown only this once");
    expect(dialog.querySelector(".ui-copy-block")?.textContent).toContain(`SECRET = "${SECRET}"`);
    await press("dialog button", "Done");
    expect(currentRoute()).toEqual(hookRoute("new"));
    expect(
      JSON.stringify(
        client
          .getQueryCache()
          .getAll()
          .map((one) => one.state.data),
      ),
    ).not.toContain(SECRET);
  });

  it("shows at its field what the server refuses", async () => {
    answers["POST /core/hooks"] = () => [422, { error: "url_blocked", message: "", details: { field: "url" } }];
    await show(<NewHook />);
    await fill("https://10.0.0.1");
    await choose("message:send");
    await press("button[type=submit]");
    expect(find('[aria-invalid="true"]').closest(".ui-field")?.textContent).toContain(
      "network that web hooks may not reach",
    );
  });
});

describe("the notice", () => {
  const gone = hookOf({ enabled: false, state: "disabled", disabled_reason: "gone" });
  const told = async (hooks: HookView[], scopes = ["hooks:read", "hooks:manage"]) => {
    answers["GET /core/hooks"] = () => [200, { data: hooks, next_cursor: null }];
    client.setQueryData<MeView>(keys.me, { workspace: { id: "ws" }, scopes } as unknown as MeView);
    go({ page: "settings", section: "profile" }, true);
    await show(<HookNotice />);
  };

  it("tells who manages hooks that one was switched off, until it is waved away", async () => {
    await told([gone]);
    expect(words()).toContain("“Orders” was turned off");
    await press("button[aria-label=Hide]");
    expect(words()).toBe("");
    act(() => render(null, root));
    await show(<HookNotice />);
    expect(words()).toBe("");
  });

  it("says nothing to others, and asks for nothing", async () => {
    await told([gone], ["conversations:read"]);
    expect(words()).toBe("");
    expect(asked).toEqual([]);
  });

  it("leads to the hook", async () => {
    await told([{ ...gone, id: "h2" }]);
    await press("button", "Have a look");
    expect(currentRoute()).toEqual(hookRoute("h2"));
  });
});

describe("the signature", () => {
  const current = {
    id: "s1",
    role: "current" as const,
    hint: "whsec_…Hx8=",
    created_at: "2026-11-28T09:00:00Z",
    promotes_at: null,
  };

  it("has a placeholder in its code until a secret is shown, then that secret", async () => {
    const next = { ...current, id: "s2", role: "next" as const, promotes_at: "2026-11-29T09:00:00Z" };
    answers["POST /core/hooks/h1/secrets"] = () => [201, { ...next, secret: SECRET }];
    await show(<Signature hook={hookOf({ signing: "signed", secrets: [current] })} may />);
    expect(words()).toContain("whsec_YOUR_SECRET");
    await press("button", "Make the next secret");
    await press("dialog button", "Make it");
    expect(asked.at(-1)?.body).toEqual({ overlap_s: 86_400 });
    await press("dialog button", "Done");
    expect(find(".in-card .ui-copy-block").textContent).toContain(SECRET);
  });

  it("offers while secrets change to end that, and to whom may only look nothing", async () => {
    const next = { ...current, id: "s2", role: "next" as const, promotes_at: "2026-11-29T09:00:00Z" };
    const hook = hookOf({ signing: "signed", secrets: [current, next] });
    await show(<Signature hook={hook} may />);
    answers["DELETE /core/hooks/h1/secrets/s2"] = () => [204, {}];
    await press("button", "Withdraw");
    await press("dialog button.ui-danger");
    expect(asked.some(({ method, path }) => method === "DELETE" && path.endsWith("/secrets/s2"))).toBe(true);
    await show(<Signature hook={hook} may={false} />);
    expect([...root.querySelectorAll("button")].some((one) => /Withdraw|leaked/.test(one.textContent ?? ""))).toBe(
      false,
    );
  });
});

describe("an attempt", () => {
  const attempt: AttemptView = {
    n: 1,
    started_at: "2026-11-28T09:00:00Z",
    outcome: "status",
    status: 503,
    remote_address: "192.0.2.1",
    detail: "The receiver answered 503.",
    timings: { resolve: 1, connect: 2, tls: 3, answer: 180, total: 190 },
    request: {
      method: "POST",
      url: "https://a.example/in?key=***",
      headers: [["webhook-id", "msg_1"]],
      body: '{"event":"message:send"}',
    },
    response: {
      status_line: "HTTP/1.1 503 Service Unavailable",
      headers: [["Retry-After", "120"]],
      body: "<h1>503</h1>",
      truncated: true,
    },
  };

  it("is shown in full: request line, headers, bodies, response head, and where the time went", async () => {
    await show(<Attempt attempt={attempt} address="https://a.example/in?key=KEY" />);
    for (const part of [
      "POST /in?key=*** HTTP/1.1",
      "webhook-id: msg_1",
      '"event": "message:send"',
      "HTTP/1.1 503 Service Unavailable",
      "Retry-After: 120",
      "<h1>503</h1>",
      "there was more",
      "180 ms",
    ])
      expect(words()).toContain(part);
    await press("[role=radio]", "Raw");
    expect(words()).toContain('{"event":"message:send"}');
  });

  it("says where no response came, and where the body is no longer kept", async () => {
    const lost = {
      ...attempt,
      outcome: "timeout",
      status: null,
      response: null,
      request: { ...attempt.request, body: null },
    };
    await show(<Attempt attempt={lost} address="https://a.example/in" />);
    expect(words()).toContain("No answer in time");
    expect(words()).toContain("No response came.");
    expect(words()).toContain("The body is no longer kept.");
  });
});

describe("the form of a hook that two edit", () => {
  const field = (label: string): HTMLInputElement => {
    const id = find<HTMLLabelElement>("label", label).htmlFor;
    return document.getElementById(id) as HTMLInputElement;
  };
  const puts = () => asked.filter((one) => one.method === "PUT");
  const stale = (): [number, unknown] => [412, { error: "stale", message: "", details: {} }];

  it("says which state of the hook it was read from", async () => {
    answers["PUT /core/hooks/h1"] = (body) => [200, hookOf({ ...(body as object), version: 8 })];
    await show(<EditHook hook={hookOf({ version: 7 })} may />);
    await type(field("Name"), "Shop");
    await press("button", "Save");
    expect(puts()).toMatchObject([{ body: { name: "Shop" }, match: '"7"' }]);
  });

  it("does not overwrite what somebody else saved: it says so, and reads again without losing what was typed", async () => {
    const theirs = hookOf({ version: 8, url: "https://other.example.com/hooks", retry: "none" });
    answers["PUT /core/hooks/h1"] = stale;
    answers["GET /core/hooks/h1"] = () => [200, theirs];
    await show(<EditHook hook={hookOf({ version: 7 })} may />);
    await type(field("Name"), "Mine");
    await type(field("Endpoint URL"), "https://mine.example.com/hooks");
    await press("button", "Save");
    expect(puts()).toHaveLength(1);
    await show(<EditHook hook={theirs} may />);
    expect(words()).toContain("Somebody else changed this web hook meanwhile");
    expect(find<HTMLButtonElement>("button", "Save").disabled).toBe(true);
    answers["PUT /core/hooks/h1"] = (body) => [200, hookOf({ ...theirs, ...(body as object), version: 9 })];
    await press("button", "Read again");
    expect(field("Name").value).toBe("Mine");
    expect(field("Endpoint URL").value).toBe("https://other.example.com/hooks");
    await press("button", "Save");
    expect(puts()[1]).toMatchObject({ body: { name: "Mine" }, match: '"8"' });
  });

  it("saves all the same where only something changed that it does not show, such as a secret", async () => {
    const later = hookOf({ version: 8 });
    let first = true;
    answers["GET /core/hooks/h1"] = () => [200, later];
    answers["PUT /core/hooks/h1"] = (body) => {
      if (!first) return [200, hookOf({ ...(body as object), version: 9 })];
      first = false;
      return stale();
    };
    await show(<EditHook hook={hookOf({ version: 7 })} may />);
    await type(field("Name"), "Shop");
    await press("button", "Save");
    expect(puts().map((one) => one.match)).toEqual(['"7"', '"8"']);
    expect(words()).not.toContain("Somebody else");
  });

  it("follows what somebody else saved while nothing was typed", async () => {
    await show(<EditHook hook={hookOf({ version: 7 })} may />);
    await show(<EditHook hook={hookOf({ version: 8, name: "Theirs" })} may />);
    await settle();
    expect(field("Name").value).toBe("Theirs");
    expect(find<HTMLButtonElement>("button", "Save").disabled).toBe(true);
  });
});

describe("a replay that has ended", () => {
  const ended = (fields: object) => ({
    kind: "recover",
    state: "done",
    planned: 12,
    delivered: 12,
    failed: 0,
    left: 0,
    count: 12,
    created_at: new Date().toISOString(),
    ...fields,
  });
  const showEnded = async (id: string, fields: object = {}) => {
    answers[`GET /core/hooks/h1/replays/${id}`] = () => [200, ended({ id, ...fields })];
    const failed = vi.fn();
    await show(<LastReplay hook={hookOf({ last_replay_id: id })} may onFailed={failed} />);
    return failed;
  };

  it("leaves what came of it, until one waves it away", async () => {
    await showEnded("r1");
    expect(words()).toContain("Recovery ended");
    expect(words()).toContain("12 delivered, 0 failed");
    expect(words()).not.toContain("Show what failed");
    await press('button[aria-label="Hide"]');
    expect(words()).toBe("");
    act(() => render(null, root));
    await showEnded("r1");
    expect(words()).toBe("");
  });

  it("leads to what failed, and says that it was stopped", async () => {
    const failed = await showEnded("r2", { state: "cancelled", kind: "range", delivered: 3, failed: 2 });
    expect(words()).toContain("Replay stopped3 delivered, 2 failed");
    await press("button", "Show what failed");
    expect(failed).toHaveBeenCalledOnce();
  });

  it("says nothing a week later", async () => {
    await showEnded("r3", { created_at: new Date(Date.now() - 8 * 86_400_000).toISOString() });
    expect(words()).toBe("");
  });
});
