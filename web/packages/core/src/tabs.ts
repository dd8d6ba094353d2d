/**
 * One connection for all tabs of a browser (relay contract 6): the tab that leads holds it, the others speak through that one.
 *
 * Each tab has a session of its own (`mine`) with its own positions, to the hub of the tab that leads; that one has the session
 * to the relay besides (`real`), which waits in all others until they lead. When the leader goes, the next one goes on from where
 * it was itself, the others join it, and what was asked meanwhile is rejected as `offline`. Only tabs of one visitor share: the
 * name holds whose relay token it is. Without BroadcastChannel each tab has a connection of its own.
 */
import { type Claim, type Election, elect } from "./leader.ts";
import { GONE, type Json } from "./line.ts";
import type { Channel, Locks, Socket } from "./ports.ts";
import {
  createSession,
  type PlacedSession,
  type RelayToken,
  type Session,
  type SessionOptions,
  type SessionStatus,
} from "./session.ts";
import { ALL, createHub } from "./tab-hub.ts";

export interface TabOptions extends SessionOptions {
  /** Of what the tabs share; whose token it is, is added to it. */
  readonly name: string;
  readonly locks: Locks | undefined;
  /** null where there is none; it may throw as well. */
  readonly channel: (name: string) => Channel | null;
}

export interface TabSession extends Session {
  /** This tab holds the connection. */
  readonly leading: boolean;
  /** The page goes away. */
  hide(): void;
}

/** Between tabs. `up` goes to the one that leads, `down` comes from it. */
type Word =
  | { readonly k: "up"; readonly from: string; readonly frame: Json }
  | { readonly k: "down"; readonly to: string; readonly frame: Json }
  | { readonly k: "lead"; readonly claim: Claim; readonly status: SessionStatus; readonly patience: number }
  | { readonly k: "who" | "nudge"; readonly from: string }
  | { readonly k: "bye"; readonly from: string; readonly led: boolean };

/** The tabs of one visitor, among which this one is. */
interface Circle {
  readonly name: string;
  readonly channel: Channel | null;
  readonly election: Election | null;
}

const BEAT_MS = 20_000;
const ANSWER_MS = 5_000;
const SOON_MS = 3_000;
const TAB = { kind: "tab", address: "" } as const;
const CONNECTING: SessionStatus = { kind: "connecting", failures: 0 };

export function createTabSession(options: TabOptions): TabSession {
  const { clock, tab } = options;
  let circle: Circle | null = null;
  let leading = false;
  /** What the leader says of its connection; null while nobody has said anything. */
  let theirs: SessionStatus | null = null;
  /** Why all tabs stopped. */
  let stopped: SessionStatus | null = null;
  let shown: SessionStatus = { kind: "idle" };
  let socket: Socket | null = null;
  let onGranted: (() => void) | null = null;
  let cancelBeat: (() => void) | null = null;
  let heard = 0;

  const say = (word: Word): void => circle?.channel?.postMessage(word);
  const patience = (): number => options.patience?.() ?? Number.POSITIVE_INFINITY;
  const hear = (frame: Json): void => {
    if (frame["t"] === "close") socket?.onclose?.({ code: GONE });
    else socket?.onmessage?.({ data: frame });
  };

  const hub = createHub({
    session: () => real,
    send(to, frame) {
      if (to === ALL || to === tab) hear(frame);
      if (to !== tab) say({ k: "down", to, frame });
    },
  });

  /** The way to the hub, here or in another tab. */
  const open = (): Socket => {
    const mine: Socket = {
      onopen: null,
      onmessage: null,
      onclose: null,
      send(text) {
        const frame = JSON.parse(text) as Json;
        if (leading) hub.take(tab, frame);
        else say({ k: "up", from: tab, frame });
      },
      close() {
        if (socket === mine) socket = null;
      },
    };
    socket = mine;
    clock.after(0, () => mine.onopen?.());
    return mine;
  };

  // -- what this tab shows

  const status = (): SessionStatus => {
    if (stopped) return stopped;
    const outer = leading ? real.status : (theirs ?? real.status);
    if (outer.kind !== "live" || mine.status.kind === "live") return outer;
    return mine.status.kind === "idle" ? CONNECTING : mine.status;
  };

  const show = (): void => {
    const next = status();
    const same = next.kind === shown.kind && next.kind !== "waiting";
    shown = next;
    if (!same) options.onStatus(next);
  };

  /** Follows the connection: up and down with it. */
  const obey = (outer: SessionStatus): void => {
    if (outer.kind === "live") mine.start();
    else mine.stop();
    if (outer.kind === "stopped") {
      stopped = outer;
      leave();
      real.stop();
    }
    show();
  };

  // -- the circle

  const join = (name: string): void => {
    let channel: Channel | null = null;
    try {
      channel = options.channel(name);
    } catch {
      // Forbidden here: this tab is alone.
    }
    if (channel) channel.onmessage = ({ data }) => take(data as Word);
    circle = { name, channel, election: null };
    if (!channel) {
      lead(true);
      return;
    }
    const { locks } = options;
    circle = { name, channel, election: elect({ name, id: tab, clock, locks, onChange: lead }) };
    say({ k: "who", from: tab });
    beat();
  };

  const leave = (): void => {
    cancelBeat?.();
    say({ k: "bye", from: tab, led: leading });
    circle?.election?.resign();
    circle?.channel?.close();
    circle = theirs = onGranted = null;
    leading = false;
    hub.forget();
  };

  const announce = (): void => {
    if (leading && circle?.election)
      say({ k: "lead", claim: circle.election.claim, status: real.status, patience: patience() });
  };

  const lead = (next: boolean): void => {
    leading = next;
    theirs = null;
    mine.stop();
    if (!next) {
      // Another tab has taken over while this one slept.
      hub.forget();
      real.stop();
      real.start();
      beat();
      show();
      return;
    }
    cancelBeat?.();
    real.forget();
    for (const id of mine.streams) real.follow(id, mine.at(id) ?? undefined);
    announce();
    onGranted?.();
    show();
  };

  /** Asks the leader for a sign of life; who gives none is not the leader any more. */
  const check = (ms: number): void => {
    const before = heard;
    const asked = circle;
    say({ k: "who", from: tab });
    clock.after(ms, () => {
      if (circle === asked && !leading && heard === before) circle?.election?.take();
    });
  };

  const beat = (): void => {
    const before = heard;
    cancelBeat?.();
    cancelBeat = clock.after(BEAT_MS * (1 + clock.random() / 4), () => {
      if (heard === before) check(ANSWER_MS);
      beat();
    });
  };

  const take = (word: Word): void => {
    switch (word.k) {
      case "lead":
        circle?.election?.heard(word.claim);
        if (leading) announce();
        else led(word.status, word.patience);
        break;
      case "down":
        heard += 1;
        if (!leading && (word.to === tab || word.to === ALL)) hear(word.frame);
        break;
      case "bye":
        if (leading) hub.gone(word.from);
        else if (word.led) check(SOON_MS * clock.random());
        break;
      case "up":
        if (leading) hub.take(word.from, word.frame);
        break;
      case "nudge":
        if (leading) real.nudge();
        break;
      default:
        announce();
    }
  };

  /** The leader says how its connection is. */
  const led = (outer: SessionStatus, itsPatience: number): void => {
    heard += 1;
    theirs = outer;
    obey(outer);
    // A tab that nobody looks at wakes up late and seldom: who looks does not wait for it.
    if (outer.kind === "waiting" && patience() < itsPatience) circle?.election?.take();
  };

  // -- the two sessions

  /** The token of the one visitor whose tabs share; comes when this tab leads. */
  const token = async (): Promise<RelayToken> => {
    const found = await options.token();
    // Whose it is stands first; which conversations there are changes.
    const [own = ""] = found.streams ?? [];
    const name = `${options.name} ${own}`;
    if (circle && circle.name !== name) {
      // Another visitor: another circle.
      void Promise.resolve().then(() => {
        session.stop();
        session.start();
      });
      return new Promise(() => undefined);
    }
    const at = clock.now();
    const granted = new Promise<void>((done) => {
      onGranted = done;
    });
    if (!circle) join(name);
    if (leading) return found;
    await granted;
    // It has aged while this tab waited.
    return clock.now() - at < found.expires_in * 100 ? found : options.token();
  };

  const real: PlacedSession = createSession({
    ...options,
    token,
    onStatus(status) {
      if (!leading) {
        show();
        return;
      }
      hub.renew(status.kind === "live" && mine.status.kind === "live");
      announce();
      obey(status);
    },
    onEvent: hub.event,
    onHint: hub.hint,
    onLost: hub.lost,
    onPlace: hub.placed,
  });

  const { memory: _ways, ...rest } = options;
  const mine: PlacedSession = createSession({
    ...rest,
    routes: () => [TAB],
    open,
    token: async () => ({ token: "", expires_in: 2 ** 31 / 1000 }),
    onStatus: show,
  });

  const session: TabSession = {
    get status() {
      return shown;
    },
    get leading() {
      return leading;
    },
    start() {
      stopped = null;
      real.start();
    },
    stop() {
      stopped = null;
      leave();
      real.stop();
      mine.stop();
    },
    nudge() {
      if (leading || !theirs) real.nudge();
      else {
        say({ k: "nudge", from: tab });
        mine.nudge();
        check(SOON_MS);
      }
    },
    hide: () => say({ k: "bye", from: tab, led: leading }),
    follow(id, position) {
      mine.follow(id, position);
      // As long as there is time it goes into the first frame.
      if (leading && real.status.kind !== "live") real.follow(id, position);
    },
    unfollow: mine.unfollow,
    forget: mine.forget,
    ask: mine.ask,
    tell: mine.tell,
  };
  return session;
}
