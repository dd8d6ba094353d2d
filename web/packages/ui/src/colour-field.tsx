import { useRef, useState } from "preact/hooks";
import { type Hsv, hexToHsv, hsvToHex, readHex } from "./colour.ts";
import { cx } from "./dom.ts";
import { Field, type FieldProps } from "./field.tsx";
import { Popover } from "./popover.tsx";

const SWATCHES = [
  "#c63522",
  "#b45309",
  "#a16207",
  "#15803d",
  "#0f766e",
  "#0369a1",
  "#1d4ed8",
  "#4f46e5",
  "#7e22ce",
  "#be185d",
  "#334155",
  "#111827",
  "#ffffff",
  "#f5f2ef",
  "#fde68a",
  "#bbf7d0",
  "#bae6fd",
  "#fbcfe8",
] as const;

export interface ColourFieldProps extends FieldProps {
  /** `#rrggbb`, or empty for the built-in colour. */
  value: string;
  onValue: (value: string) => void;
  /** What an empty value looks like. */
  builtIn: string;
  words: { saturation: string; hue: string; builtIn: string; swatches: string };
}

/** A colour: a swatch that opens a palette, and its hex digits. */
export function ColourField({ value, onValue, builtIn, words, ...field }: ColourFieldProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const anchor = useRef<HTMLButtonElement>(null);
  const shown = value || builtIn;
  return (
    <Field {...field}>
      {({ id, describedBy, invalid }) => (
        <span class={cx("ui-input", "ui-colour", invalid && "ui-invalid")}>
          <button
            ref={anchor}
            type="button"
            class="ui-swatch"
            style={{ background: shown }}
            aria-label={field.label}
            aria-haspopup="dialog"
            aria-expanded={open ? "true" : "false"}
            onClick={() => setOpen(!open)}
          />
          <input
            id={id}
            type="text"
            dir="ltr"
            spellcheck={false}
            autocomplete="off"
            aria-describedby={describedBy}
            aria-invalid={invalid ? "true" : undefined}
            placeholder={words.builtIn}
            value={typed ?? value}
            onInput={(event) => {
              const text = event.currentTarget.value;
              setTyped(text);
              const hex = readHex(text);
              if (hex || text.trim() === "") onValue(hex ?? "");
            }}
            onBlur={() => setTyped(null)}
          />
          <Popover open={open} onClose={() => setOpen(false)} anchor={anchor} label={field.label} class="ui-palette">
            <Palette value={shown} onValue={onValue} words={words} />
          </Popover>
        </span>
      )}
    </Field>
  );
}

function Palette({ value, onValue, words }: Pick<ColourFieldProps, "value" | "onValue" | "words">) {
  const [hsv, setHsv] = useState<Hsv>(() => hexToHsv(value));
  const now = hsvToHex(hsv) === value ? hsv : hexToHsv(value);
  const set = (next: Hsv) => {
    setHsv(next);
    onValue(hsvToHex(next));
  };
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.type === "pointerdown") event.currentTarget.setPointerCapture(event.pointerId);
    else if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = event.currentTarget.getBoundingClientRect();
    const part = (at: number, from: number, size: number) => Math.max(0, Math.min(1, (at - from) / size));
    set({ h: now.h, s: part(event.clientX, box.left, box.width), v: 1 - part(event.clientY, box.top, box.height) });
  };
  const step = (event: KeyboardEvent) => {
    const by = event.shiftKey ? 0.1 : 0.02;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-by, 0],
      ArrowRight: [by, 0],
      ArrowUp: [0, by],
      ArrowDown: [0, -by],
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    const keep = (part: number) => Math.max(0, Math.min(1, part));
    set({ h: now.h, s: keep(now.s + move[0]), v: keep(now.v + move[1]) });
  };
  return (
    <>
      <div
        class="ui-shade"
        role="slider"
        tabIndex={0}
        data-autofocus
        aria-label={words.saturation}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(now.s * 100)}
        aria-valuetext={value}
        style={{ backgroundColor: `hsl(${Math.round(now.h)} 100% 50%)` }}
        onPointerDown={drag}
        onPointerMove={drag}
        onKeyDown={step}
      >
        <span
          class="ui-shade-dot"
          style={{ left: `${now.s * 100}%`, top: `${(1 - now.v) * 100}%`, background: value }}
        />
      </div>
      <input
        type="range"
        class="ui-hue"
        dir="ltr"
        min={0}
        max={359}
        value={Math.round(now.h)}
        aria-label={words.hue}
        onInput={(event) => set({ h: Number(event.currentTarget.value), s: now.s || 0.7, v: now.v || 0.6 })}
      />
      <fieldset class="ui-swatches" aria-label={words.swatches}>
        {SWATCHES.map((hex) => (
          <button
            key={hex}
            type="button"
            class="ui-swatch"
            aria-label={hex}
            aria-pressed={hex === value ? "true" : "false"}
            style={{ background: hex }}
            onClick={() => set(hexToHsv(hex))}
          />
        ))}
      </fieldset>
    </>
  );
}
