/** Sound that can be played, from an address or from a recording that has none yet. Of all of them one plays at a time. */

export interface Playback {
  /** From this second on. It begins as soon as it can; a promise that fails says that it never will. */
  play(from: number): Promise<void>;
  pause(): void;
  /** Where it is, in seconds. */
  position(): number;
  /** How long it is, in seconds; 0 while nobody knows. */
  length(): number;
  setSpeed(speed: number): void;
  close(): void;
  /** It came to its end. */
  onEnd: () => void;
}

let playing: { readonly halt: () => void } | null = null;

/** Stops whatever else plays. `halt` is called when something else begins. */
export function takeTheFloor(me: { readonly halt: () => void }): void {
  if (playing !== null && playing !== me) playing.halt();
  playing = me;
}

export function leaveTheFloor(me: object): void {
  if (playing === me) playing = null;
}

/** A file at an address that may have run out, in which case `renew` gives another. Nothing is fetched before it is played. */
export function playAddress(url: string, renew?: () => Promise<string>): Playback {
  const sound = new Audio();
  sound.preload = "none";
  let speed = 1;
  let loaded = "";
  /** It was told to play: who looks for the end of what stands still comes to it as well, and WebKit says so. */
  let going = false;
  /** Goes up whenever something else is wanted, so that what was begun before knows that it is too late. */
  let turn = 0;
  const start = async (address: string, from: number): Promise<void> => {
    const mine = turn;
    going = false;
    if (loaded !== address) {
      loaded = address;
      sound.src = address;
      await until(sound, "loadedmetadata", () => sound.load());
      await measure(sound);
    }
    sound.playbackRate = speed;
    if (Math.abs(sound.currentTime - from) > 0.05) await seek(sound, from);
    // At its end, and it cannot be sought in: loaded anew it stands at its beginning.
    if (sound.ended) await until(sound, "loadedmetadata", () => sound.load());
    if (mine !== turn) return;
    going = true;
    await sound.play();
  };
  const me: Playback = {
    async play(from) {
      turn += 1;
      const mine = turn;
      try {
        await start(loaded || url, from);
      } catch (error) {
        if (mine !== turn) return;
        loaded = "";
        if (!renew) throw error;
        const fresh = await renew();
        if (mine === turn) await start(fresh, from);
      }
    },
    pause() {
      turn += 1;
      sound.pause();
    },
    position: () => sound.currentTime,
    length: () => (Number.isFinite(sound.duration) ? sound.duration : 0),
    setSpeed(next) {
      speed = next;
      sound.playbackRate = next;
    },
    close() {
      turn += 1;
      sound.pause();
      sound.removeAttribute("src");
      sound.load();
    },
    onEnd: () => {},
  };
  sound.addEventListener("ended", () => {
    if (going) me.onEnd();
  });
  return me;
}

/** Until `event`; fails where the file cannot be had or read. */
function until(sound: HTMLAudioElement, event: string, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = new AbortController();
    const once = { once: true, signal: stop.signal };
    const end = (how: () => void) => () => {
      stop.abort();
      how();
    };
    sound.addEventListener(event, end(resolve), once);
    sound.addEventListener(
      "error",
      end(() => reject(new Error("unplayable"))),
      once,
    );
    begin();
  });
}

/** Goes to a place. Firefox cannot in a recording without an index: it stays where it is then, and no event ever says so. */
async function seek(sound: HTMLAudioElement, to: number): Promise<void> {
  sound.currentTime = to;
  if (sound.seeking) await until(sound, "seeked", () => {});
}

/** A recording says nowhere how long it is: who asks for a place behind its end learns it, where the browser can go there. */
async function measure(sound: HTMLAudioElement): Promise<void> {
  if (Number.isFinite(sound.duration)) return;
  await seek(sound, 1e9);
}

/** A recording that is nowhere but here. Web Audio plays it: no address of it is needed, and the page's policy allows none. */
export function playRecording(file: Blob): Playback {
  let context: AudioContext | null = null;
  let buffer: Promise<AudioBuffer> | null = null;
  let node: AudioBufferSourceNode | null = null;
  let whole = 0;
  let began = 0;
  let offset = 0;
  let turn = 0;
  const position = (): number =>
    node && context ? Math.min(whole, offset + context.currentTime - began) : Math.min(offset, whole || offset);
  const halt = (): void => {
    turn += 1;
    if (!node) return;
    offset = position();
    node.onended = null;
    node.stop();
    node = null;
  };
  const me: Playback = {
    async play(from) {
      halt();
      const mine = turn;
      context ??= new AudioContext();
      // Decoded in one channel and at half the rate: a speaker's voice, in a quarter of the memory.
      buffer ??= file.arrayBuffer().then((bytes) => new OfflineAudioContext(1, 1, 24_000).decodeAudioData(bytes));
      const [sound] = await Promise.all([buffer, context.resume()]);
      if (mine !== turn) return;
      whole = sound.duration;
      offset = Math.min(from, whole);
      node = context.createBufferSource();
      node.buffer = sound;
      node.connect(context.destination);
      node.onended = () => {
        node = null;
        offset = 0;
        me.onEnd();
      };
      began = context.currentTime;
      node.start(0, offset);
    },
    pause: halt,
    position,
    length: () => whole,
    setSpeed: () => {},
    close() {
      halt();
      void context?.close();
    },
    onEnd: () => {},
  };
  return me;
}
