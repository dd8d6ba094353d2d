/** The contents of messages, read: whatever a message holds, a screen gets what it can draw or nothing. Pure. */

/** A file that was sent. `id` is absent where it lies elsewhere. */
export interface FileContent {
  readonly id: string | null;
  readonly name: string;
  readonly url: string;
  readonly type: string;
  readonly size: number | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly placeholder: string | null;
  /** Where the image host shows it; null where only its own address does. */
  readonly thumbnail: string | null;
}

export interface AudioContent {
  readonly id: string | null;
  readonly url: string;
  readonly duration: number;
  readonly waveform: readonly number[];
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly icon: string;
  readonly selected: boolean;
  /** Where the choice leads. */
  readonly target: string | null;
}

export interface PickerContent {
  readonly text: string;
  readonly choices: readonly Choice[];
  readonly required: boolean;
}

export interface FieldContent {
  readonly text: string;
  readonly explain: string;
  readonly value: string;
  readonly required: boolean;
}

export interface Card {
  readonly title: string;
  readonly description: string;
  readonly image: string | null;
  readonly actions: readonly { readonly label: string; readonly url: string }[];
}

export interface CarouselContent {
  readonly text: string;
  readonly cards: readonly Card[];
}

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);
const text = (raw: Raw, name: string): string => (typeof raw[name] === "string" ? raw[name] : "");
const count = (raw: Raw, name: string): number | null => {
  const value = raw[name];
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : null;
};
const list = (raw: Raw, name: string): readonly Raw[] => (Array.isArray(raw[name]) ? raw[name].filter(isRaw) : []);

/** An address that a link may lead to; null for any other. */
export function webAddress(url: unknown): string | null {
  return typeof url === "string" && /^https?:\/\/[^\s/?#]+/i.test(url) ? url : null;
}

/**
 * Whether an address is one of ours: a file of the storage host, a picture of the image host. What lies elsewhere is never fetched by a
 * reader's browser, whose policy forbids it.
 */
export const isOurs = (url: string): boolean =>
  /^https?:\/\/[^/?#]+\/(files\/[^?#]+\?until=\d|process\/thumbnail\?|avatar\/[^?#]+\?)/.test(url);

/** A picture that lies here, or that the image host shows. */
export function shownAt(url: string | null, thumbnail: string | null): string | null {
  if (thumbnail !== null && isOurs(thumbnail)) return thumbnail;
  return url !== null && isOurs(url) ? url : null;
}

export function readFile(content: unknown): FileContent | null {
  if (!isRaw(content)) return null;
  const url = text(content, "url");
  if (url !== "" && webAddress(url) === null) return null;
  return {
    id: text(content, "file_id") || null,
    name: text(content, "name"),
    url,
    type: text(content, "type"),
    size: count(content, "size"),
    width: count(content, "width"),
    height: count(content, "height"),
    placeholder: text(content, "placeholder") || null,
    thumbnail: webAddress(content["thumbnail"]),
  };
}

/** The file of a message that is drawn as a picture; null for every other message. */
export function pictureOf(type: string, content: unknown): FileContent | null {
  if (type !== "file" && type !== "animation") return null;
  const file = readFile(content);
  if (file === null || !file.type.startsWith("image/") || file.type.includes("svg")) return null;
  return file.id !== null || shownAt(file.url, file.thumbnail) !== null ? file : null;
}

export function readAudio(content: unknown): AudioContent | null {
  if (!isRaw(content)) return null;
  const url = text(content, "url");
  const peaks = Array.isArray(content["waveform"]) ? content["waveform"] : [];
  return {
    id: text(content, "file_id") || null,
    url,
    duration: count(content, "duration") ?? 0,
    waveform: peaks.filter((one): one is number => typeof one === "number"),
  };
}

export function readPicker(content: unknown): PickerContent | null {
  if (!isRaw(content)) return null;
  const choices = list(content, "choices").map((one) => ({
    value: text(one, "value"),
    label: text(one, "label"),
    icon: text(one, "icon"),
    selected: one["selected"] === true,
    target: isRaw(one["action"]) ? webAddress(one["action"]["target"]) : null,
  }));
  return { text: text(content, "text"), choices, required: content["required"] === true };
}

export function readField(content: unknown): FieldContent | null {
  if (!isRaw(content)) return null;
  return {
    text: text(content, "text"),
    explain: text(content, "explain"),
    value: text(content, "value"),
    required: content["required"] === true,
  };
}

export function readCarousel(content: unknown): CarouselContent | null {
  if (!isRaw(content)) return null;
  const cards = list(content, "targets").map((one) => ({
    title: text(one, "title"),
    description: text(one, "description"),
    image: shownAt(webAddress(one["image"]), webAddress(one["thumbnail"])),
    actions: list(one, "actions").flatMap((action) => {
      const url = webAddress(action["url"]);
      return url === null ? [] : [{ label: text(action, "label"), url }];
    }),
  }));
  return { text: text(content, "text"), cards };
}

/** What a picker says when one of its choices was taken; null takes the answer back. */
export const chosen = (content: unknown, value: string | null): unknown => ({
  choices: (readPicker(content)?.choices ?? []).map((one) => ({ value: one.value, selected: one.value === value })),
});

/** The room of a picture in a thread, in pixels: the storage host makes small ones that fit it. A line of pixels is still to be pressed. */
export const MOST = { width: 280, height: 320 };
const LEAST = { width: 72, height: 56 };

/** Whether a thread shows only the middle of a picture: it is longer than its room, and would be a line there. */
export const isCut = (width: number | null, height: number | null): boolean =>
  width !== null &&
  height !== null &&
  (width * MOST.height < LEAST.width * height || height * MOST.width < LEAST.height * width);

/** How large a picture stands in a thread: never larger than it is, never wider or higher than its room. */
export function roomFor(
  width: number | null,
  height: number | null,
  most: { readonly width: number; readonly height: number },
): { readonly width: number; readonly height: number } {
  const [wide, high] = width !== null && height !== null ? [width, height] : [4, 3];
  const scale = Math.min(most.width / wide, most.height / high, width === null ? Number.POSITIVE_INFINITY : 1);
  return {
    width: Math.max(LEAST.width, Math.round(wide * scale)),
    height: Math.max(LEAST.height, Math.round(high * scale)),
  };
}
