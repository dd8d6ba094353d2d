/** When a snoozed conversation may come back. */

export const PRESETS = ["later", "evening", "tomorrow", "monday", "week"] as const;
export type Preset = (typeof PRESETS)[number];

const at = (now: Date, days: number, hour: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);

/** The presets that make sense now, with their moments: in three hours, this evening, tomorrow, Monday, in a week. */
export function snoozePresets(now: Date): { readonly id: Preset; readonly until: Date }[] {
  const untilMonday = (8 - now.getDay()) % 7 || 7;
  const all: { id: Preset; until: Date }[] = [
    { id: "later", until: new Date(Math.ceil((now.getTime() + 3 * 3_600_000) / 900_000) * 900_000) },
    ...(now.getHours() < 15 ? [{ id: "evening" as const, until: at(now, 0, 18) }] : []),
    { id: "tomorrow", until: at(now, 1, 9) },
    ...(untilMonday > 1 ? [{ id: "monday" as const, until: at(now, untilMonday, 9) }] : []),
    { id: "week", until: at(now, 7, 9) },
  ];
  return all;
}

/** The half hours of a day, as minutes since midnight. */
export const HALF_HOURS: readonly number[] = Array.from({ length: 48 }, (_, index) => index * 30);
