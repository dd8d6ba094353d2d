/** Reads the placeholder of a picture: the first waves of its colours in some twenty bytes (`files/images/placeholder.py` writes it). */

export interface Placeholder {
  /** Pixels, red, green, blue and opacity from 0 to 255, as `ImageData` takes them. */
  readonly data: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

const COLOUR_WAVES = 3;
const MOST_WAVES = 6;
const HEAD = 6;
const NOTHING = 7;
const REACH = 63.75;

/** The waves that are kept, in their order; the first is the mean. */
function kept(columns: number, rows: number): [number, number][] {
  const found: [number, number][] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) if (x * rows + y * columns < columns * rows) found.push([x, y]);
  }
  return found;
}

function bytesOf(text: string): number[] | undefined {
  if (!/^[\w-]{8,128}$/.test(text)) return undefined;
  try {
    return Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** The picture, its longer side `side` pixels; nothing for a text that is no placeholder. */
export function readPlaceholder(text: string, side = 32): Placeholder | undefined {
  const bytes = bytesOf(text);
  const head = bytes?.[0];
  if (bytes === undefined || head === undefined) return undefined;
  const columns = head & 7;
  const rows = (head >> 3) & 7;
  const seenThrough = head >> 6;
  if (Math.max(columns, rows) !== MOST_WAVES || Math.min(columns, rows) < 1 || seenThrough > 1) return undefined;
  const light = kept(columns, rows);
  const colour = kept(COLOUR_WAVES, COLOUR_WAVES);
  const steps = light.length - 1 + 2 * (colour.length - 1);
  if (bytes.length !== HEAD + Math.ceil(steps / 2) + seenThrough) return undefined;

  const byte = (at: number): number => bytes[at] ?? 0;
  let next = 0;
  const strength = (reach: number): number => {
    const pair = byte(HEAD + (next >> 1));
    const step = next++ % 2 === 0 ? pair & 15 : pair >> 4;
    return ((step - NOTHING) / NOTHING) * (reach / REACH);
  };
  const channel = (mean: number, waves: [number, number][], reach: number): number[] =>
    waves.map((_, index) => (index === 0 ? mean : strength(reach)));
  const brightness = channel(byte(1) / 255, light, byte(4));
  const yellow = channel((byte(2) / 255 - 0.5) * 2, colour, byte(5));
  const red = channel((byte(3) / 255 - 0.5) * 2, colour, byte(5));

  const width = Math.max(1, Math.round((side * columns) / MOST_WAVES));
  const height = Math.max(1, Math.round((side * rows) / MOST_WAVES));
  const opacity = seenThrough ? byte(bytes.length - 1) : 255;
  const data = new Uint8ClampedArray(width * height * 4);
  const along = cosines(width);
  const across = cosines(height);
  const at = (values: number[], waves: [number, number][], i: number, j: number): number =>
    waves.reduce((sum, [x, y], index) => sum + (values[index] ?? 0) * (along[x]?.[i] ?? 0) * (across[y]?.[j] ?? 0), 0);
  for (let j = 0; j < height; j++) {
    for (let i = 0; i < width; i++) {
      const l = at(brightness, light, i, j);
      const p = at(yellow, colour, i, j);
      const q = at(red, colour, i, j);
      // brightness is the mean of the three, yellow the mean of red and green less blue, red is red less green
      const b = l - (2 / 3) * p;
      const r = (3 * l - b + q) / 2;
      data.set([r * 255, (r - q) * 255, b * 255, opacity], (j * width + i) * 4);
    }
  }
  return { data, width, height };
}

function cosines(length: number): number[][] {
  return Array.from({ length: MOST_WAVES }, (_, wave) =>
    Array.from({ length }, (_, i) => Math.cos((Math.PI * wave * (i + 0.5)) / length)),
  );
}
