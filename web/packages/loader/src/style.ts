/** The launcher's looks, from the record: one sheet for the shadow root, replaced where something changes. */
import type { Config } from "./record.ts";

/**
 * Text on the accent is white or black, by its lightness. `phone`: the open chat fills what is seen of the page, beside a
 * keyboard too. Of the two words for the height the longer one is `bottom`.
 */
export const css = (
  {
    theme,
    chat: { light_mode: light, dark_mode: dark },
    trigger: { size, offset_x, offset_y, position, shape },
  }: Config,
  phone: boolean,
  { width, height }: { width: number; height: number },
  view = visualViewport as VisualViewport,
  [v, h] = position.split("_") as [string, string],
): string => `:host{all:initial!important}
.w{color-scheme:${theme.replace("system", "light dark")};--a:light-dark(${light.background_color.user_message || "#c63522"},${dark.background_color.user_message || "#f98062"});position:fixed;z-index:999999999;${v}:calc(${offset_y}px + env(safe-area-inset-${v}));${h}:calc(${offset_x}px + env(safe-area-inset-${h}));display:grid;justify-items:${h};gap:8px;max-width:280px;overflow-wrap:anywhere;pointer-events:none}
.w>*{position:relative;pointer-events:auto}
button{display:flex;gap:8px;align-items:center;padding:12px 16px;border-radius:20px;text-align:start;cursor:pointer}
button,iframe{background:Canvas;border:0;box-shadow:0 0 0 1px #8882,0 8px 28px -6px #2108}
.q:hover,.l,i{background:var(--a);color:lab(from var(--a) calc((49 - l)*99) 0 0)}
.l{order:${v[3] ? 1 : -1};height:${size}px;padding:0 ${size / 2 - 12}px;border-radius:${shape === "square" ? 16 : size}px}
.l:hover{scale:1.05}
*{font:15px/1.45 system-ui}
svg{width:24px;height:24px;scale:${size / 52};fill:none;stroke:currentcolor;stroke-width:2;stroke-linecap:round}
b,i,.x{padding:0 8px;border-radius:20px}b,.x{position:absolute;top:-8px;right:-8px;background:#d3263a;color:#fff}.x{background:#666}
b:empty,.o .q${phone ? ",.s .l" : ""}{display:none}
.w>iframe{${
  phone
    ? `position:fixed;inset:${view.offsetTop}px 0 0;width:100%;height:${view.height}px`
    : `position:absolute;${v}:${size + 16}px;${h}:0;width:min(${width}px,92vw);height:min(${height}px,100dvh - ${offset_y + size + 28}px);border-radius:16px`
};transform-origin:${v} ${h}}
.w:not(.s)>iframe{visibility:hidden;opacity:0;scale:.9}
@media not (prefers-reduced-motion){*{transition:.2s}}`;
