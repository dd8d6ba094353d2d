/** Colours as forms need them: `#rrggbb` and hue, saturation, value; contrast by WCAG. */

export interface Hsv {
  /** 0–360 */
  h: number;
  /** 0–1 */
  s: number;
  /** 0–1 */
  v: number;
}

/** `#rrggbb` from what was typed (`#abc`, `abc`, `AABBCC`), or null. */
export function readHex(text: string): string | null {
  const hit = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  if (!hit?.[1]) return null;
  const digits = hit[1].length === 3 ? [...hit[1]].map((digit) => digit + digit).join("") : hit[1];
  return `#${digits.toLowerCase()}`;
}

const channels = (hex: string): [number, number, number] => [
  Number.parseInt(hex.slice(1, 3), 16),
  Number.parseInt(hex.slice(3, 5), 16),
  Number.parseInt(hex.slice(5, 7), 16),
];

export function hexToHsv(hex: string): Hsv {
  const [r, g, b] = channels(hex).map((value) => value / 255) as [number, number, number];
  const most = Math.max(r, g, b);
  const span = most - Math.min(r, g, b);
  const turn =
    span === 0 ? 0 : most === r ? ((g - b) / span) % 6 : most === g ? (b - r) / span + 2 : (r - g) / span + 4;
  return { h: (turn * 60 + 360) % 360, s: most === 0 ? 0 : span / most, v: most };
}

export function hsvToHex({ h, s, v }: Hsv): string {
  const part = (n: number) => {
    const k = (n + h / 60) % 6;
    const value = v - v * s * Math.max(0, Math.min(k, 4 - k, 1));
    return Math.round(value * 255)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(5)}${part(3)}${part(1)}`;
}

/** WCAG contrast between two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, two: string): number {
  const light = (hex: string) => {
    const [r, g, b] = channels(hex).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high, low] = [light(one), light(two)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
