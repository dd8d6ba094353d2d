/** The owner's colours become the design's tones, so that no pair of text and ground falls under 4.5:1. */
import { contrast } from "@halloo/ui";
import type { WidgetConfig } from "../frame/record.ts";

export type Scheme = "light" | "dark";

/** Grounds that accent text stands on, and Halloo's own accent, in both themes: as in the design tokens. */
const GROUND: Record<Scheme, readonly string[]> = { light: ["#ffffff", "#fbfaf8"], dark: ["#1a1e25", "#12151a"] };
const OWN: Record<Scheme, string> = { light: "#c63522", dark: "#f98062" };
const DARK_TEXT = "#180806";
const LIGHT_TEXT = "#ffffff";
const ENOUGH = 4.5;

const part = (hex: string, at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);

/** Mixes `share` of the second colour into the first. */
export function mix(one: string, two: string, share: number): string {
  const channel = (at: number): string =>
    Math.round(part(one, at) * (1 - share) + part(two, at) * share)
      .toString(16)
      .padStart(2, "0");
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

/** `wanted` where it can be read on `ground`, else white or near-black, whichever reads better. */
export function readable(ground: string, wanted: string): string {
  if (wanted && contrast(wanted, ground) >= ENOUGH) return wanted;
  const best = contrast(LIGHT_TEXT, ground) >= contrast(DARK_TEXT, ground) ? LIGHT_TEXT : DARK_TEXT;
  // Of a middle grey neither is far enough; pure black always is where white is not.
  return contrast(best, ground) >= ENOUGH ? best : "#000000";
}

/** The colour, moved towards black or white until it can be read on every ground. */
export function asText(colour: string, grounds: readonly string[], towards: string): string {
  for (let step = 0; step <= 20; step += 1) {
    const tone = mix(colour, towards, step / 20);
    if (grounds.every((ground) => contrast(tone, ground) >= ENOUGH)) return tone;
  }
  return towards;
}

/** A ground for hover: away from its own text, so that the contrast only grows. */
const pressed = (ground: string, text: string): string => mix(ground, text === LIGHT_TEXT ? "#000000" : "#ffffff", 0.1);

/** The tokens to set for a scheme; everything else stays as the design has it. */
export function tones(config: WidgetConfig, scheme: Scheme): Record<string, string> {
  const { background_color: back, text_color: text } = config.chat[scheme === "dark" ? "dark_mode" : "light_mode"];
  const mine = back.user_message || OWN[scheme];
  const onMine = readable(mine, text.user_message);
  const control = back.controls_button || mine;
  const onControl = readable(control, text.controls_button);
  // A large area of a bright colour glares in the dark: there the first screen is a deep shade of it.
  const hero = scheme === "dark" ? mix(mine, "#12151a", 0.72) : mine;
  const onHero = readable(hero, scheme === "dark" ? "" : text.user_message);
  const strong = asText(mine, GROUND[scheme], scheme === "dark" ? "#ffffff" : "#000000");
  return {
    "--mine": mine,
    "--on-mine": onMine,
    "--mine-pressed": pressed(mine, onMine),
    "--hero": hero,
    "--hero-end": scheme === "dark" ? mix(mine, "#12151a", 0.84) : pressed(hero, onHero),
    "--on-hero": onHero,
    // What is typed, and the icons beside it, stand on the window's own ground.
    "--input": GROUND[scheme].every(
      (ground) => text.controls_button && contrast(text.controls_button, ground) >= ENOUGH,
    )
      ? text.controls_button
      : "",
    "--control": control,
    "--on-control": onControl,
    "--control-pressed": pressed(control, onControl),
    "--accent": mine,
    "--accent-strong": strong,
    "--accent-soft": mix(GROUND[scheme][0] ?? "#ffffff", mine, scheme === "dark" ? 0.16 : 0.08),
  };
}
