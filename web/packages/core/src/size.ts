/** How large something is, for people. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
const STEP = 1024;

/** A size as people of this language write it: 830 kB, 2.4 MB; a kilobyte has 1,024 bytes, as in the limits of widgets. */
export function sizeText(language: string, bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= STEP - 0.5 && unit < UNITS.length - 1) {
    size /= STEP;
    unit += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[unit] ?? "byte",
    unitDisplay: unit === 0 ? "long" : "short",
    maximumFractionDigits: unit > 1 && size < 10 ? 1 : 0,
  }).format(size);
}
