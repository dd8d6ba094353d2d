/** The launcher's looks, from the record: one sheet for the shadow root, replaced where something changes. */
import type { Config } from "./record.ts";

/** Text on the accent is white or black, by its lightness. `phone`: the open chat fills the screen from `top` on, `height` high. */
export function css(config: Config, phone: boolean, top: number, width: number, height: number): string {
  const { light_mode: light, dark_mode: dark } = config.chat;
  const { size, offset_x, offset_y, position, shape } = config.trigger;
  const [v, h] = position.split("_");
  const window = phone
    ? `position:fixed;inset:${top}px 0 0;width:100%;height:${height}px`
    : `position:absolute;${v}:${size + 16}px;${h}:0;width:min(${width}px,100vw - 40px);height:min(${height}px,100dvh - ${offset_y + size + 28}px);border-radius:16px`;
  return `:host{all:initial!important}
.w{color-scheme:${config.theme.replace("system", "light dark")};--a:light-dark(${light.background_color.user_message || "#c63522"},${dark.background_color.user_message || "#f98062"});position:fixed;z-index:2147483000;${v}:calc(${offset_y}px + env(safe-area-inset-${v}));${h}:calc(${offset_x}px + env(safe-area-inset-${h}));display:grid;justify-items:${h};gap:8px;max-width:min(320px,100vw - 40px);font:15px/1.45 system-ui;pointer-events:none}
.w>*{pointer-events:auto}.w>div,.l{position:relative}
button{display:flex;gap:10px;align-items:center;padding:10px 16px;border-radius:20px;background:Canvas;color:CanvasText;font:inherit;text-align:start;cursor:pointer;overflow-wrap:anywhere}
button,iframe{border:0;box-shadow:0 0 0 1px #8882,0 8px 28px -6px #2108}
.q:hover,.l,i{background:var(--a);color:lab(from var(--a) calc((49 - l)*99) 0 0)}
.l{order:${v === "top" ? -1 : 1};height:${size}px;padding:0 ${size * 0.27}px;border-radius:${shape === "square" ? 16 : size}px}
.l:hover{scale:1.05}
svg{width:24px;height:24px;scale:${size / 52};margin:0 ${size * 0.23 - 12}px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}.o svg{rotate:180deg}
b,i,.x{padding:2px 8px;border-radius:20px;font:15px system-ui}b,.x{position:absolute;top:-8px;right:-8px;background:#d3263a;color:#fff}.x{background:#666}
b:empty,.o .q${phone ? ",.o .l" : ""}{display:none}
iframe{${window};background:Canvas;transform-origin:${v} ${h}}
:not(.s)>iframe{visibility:hidden;opacity:0;scale:.9}
@media(prefers-reduced-motion:no-preference){*{transition:.2s}}`;
}
