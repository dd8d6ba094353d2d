import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Socket } from "./ports.ts";
import { openStream, type StreamFetch } from "./stream.ts";

interface Post {
  readonly url: string;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly answer: (status: number, headers?: Record<string, string>, body?: ReadableStream<Uint8Array>) => void;
  readonly fail: () => void;
}

let posts: Post[];
let heard: unknown[];
let codes: number[];
let down: ReadableStreamDefaultController<Uint8Array>;
let socket: Socket;

const fetch: StreamFetch = (url, { body, signal }) =>
  new Promise((done, fail) => {
    posts.push({
      url,
      body,
      signal,
      answer: (status, headers = {}, stream) =>
        done({ status, headers: { get: (name) => headers[name] ?? null }, body: stream ?? null }),
      fail: () => fail(new TypeError("cut")),
    });
  });
const ups = (): Post[] => posts.filter(({ url }) => url.endsWith("/send"));
const say = (text: string): void => down.enqueue(new TextEncoder().encode(text));
const tick = (): Promise<void> => new Promise((done) => setTimeout(done, 5));

beforeEach(async () => {
  posts = [];
  heard = [];
  codes = [];
  socket = openStream("https://relay/relay/stream", fetch);
  socket.onopen = () => socket.send('{"t":"connect"}');
  socket.onmessage = ({ data }) => heard.push(data);
  socket.onclose = ({ code }) => codes.push(code);
  await tick();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      down = controller;
    },
  });
  posts[0]?.answer(200, {}, body);
  say('{"t":"connected","session":"n.secret"}\n{"t":"live"}\n');
  await tick();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("down", () => {
  it("opens with the connect frame as its body, and hands on each line, however it is cut", async () => {
    expect(posts[0]).toMatchObject({ url: "https://relay/relay/stream", body: '{"t":"connect"}' });
    const bytes = new TextEncoder().encode('{"t":"hint","data":"ü"}\n');
    for (const byte of bytes) down.enqueue(new Uint8Array([byte]));
    await tick();
    expect(heard.at(-1)).toBe('{"t":"hint","data":"ü"}');
  });

  it("closes with the code of the last line, or as cut where there is none", async () => {
    say('{"t":"close","code":4401,"reason":"unauthorized"}\n');
    down.close();
    await tick();
    expect(codes).toEqual([4401]);
  });

  it("closes as cut when the body ends, and only once", async () => {
    down.close();
    await tick();
    expect(codes).toEqual([1006]);
    expect(posts[0]?.signal.aborted).toBe(true);
  });

  it("answers an empty line with a ping", async () => {
    say("\n");
    await tick();
    expect(ups()[0]?.body).toBe('n.secret\n{"t":"ping"}');
  });
});

describe("up", () => {
  it("posts what is said in one moment together, one post at a time, in order", async () => {
    socket.send("1");
    socket.send("2");
    await tick();
    socket.send("3");
    await tick();
    expect(ups().map(({ body }) => body)).toEqual(["n.secret\n1\n2"]);
    ups()[0]?.answer(204);
    await tick();
    expect(ups().map(({ body }) => body)).toEqual(["n.secret\n1\n2", "n.secret\n3"]);
  });

  it("splits what is long over posts", async () => {
    for (let turn = 0; turn < 3; turn += 1) socket.send("x".repeat(9_000));
    await tick();
    ups()[0]?.answer(204);
    await tick();
    expect(ups().map(({ body }) => body.length)).toEqual([18_010, 9_009]);
  });

  it("waits where the server's queue is full, and says the same again before all else", async () => {
    socket.send("1");
    await tick();
    vi.useFakeTimers();
    ups()[0]?.answer(429, { "retry-after": "2" });
    await vi.advanceTimersByTimeAsync(1_000);
    socket.send("2");
    expect(ups()).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(ups().map(({ body }) => body)).toEqual(["n.secret\n1", "n.secret\n1\n2"]);
  });

  it.each([404, 413, 500])("is cut by %i: the session begins anew", async (status) => {
    socket.send("1");
    await tick();
    ups()[0]?.answer(status);
    await tick();
    expect(codes).toEqual([1006]);
  });

  it("is cut where a post fails", async () => {
    socket.send("1");
    await tick();
    ups()[0]?.fail();
    await tick();
    expect(codes).toEqual([1006]);
  });

  it("lets go of everything when it is closed", async () => {
    socket.close();
    expect(posts[0]?.signal.aborted).toBe(true);
    socket.send("1");
    await tick();
    expect(ups()).toEqual([]);
    expect(codes).toEqual([]);
  });
});

it("is cut where the server does not open it", async () => {
  socket = openStream("https://relay/relay/stream", fetch);
  socket.onopen = () => socket.send('{"t":"connect"}');
  socket.onclose = ({ code }) => codes.push(code);
  await tick();
  posts.at(-1)?.answer(503);
  await tick();
  expect(codes).toEqual([1006]);
});
