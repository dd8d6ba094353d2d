/** The launcher's looks, from the record: one sheet for the shadow root, replaced where something changes. */
import type { Config, Mode } from "./record.ts";

/** White or near-black on a colour, whichever reads better. */
export function onColour(hex: string): string {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.21 * r + 0.72 * g + 0.07 * b > 0.18 ? "#180806" : "#fff";
}

const colours = ({ chat }: Config, mode: Mode, rest: string): string => {
  const { background_color, text_color } = chat[mode];
  const back = background_color.user_message || (mode === "dark_mode" ? "#f98062" : "#c63522");
  return `:host{--a:${back};--o:${text_color.user_message || onColour(back)};${rest}}`;
};

/** `width` and `height` of the window; `phone`: the chat fills this part of the screen, from `top` on. */
export interface View {
  phone: boolean;
  top: number;
  width: number;
  height: number;
}

export function css(config: Config, { phone, top, width, height }: View): string {
  const { size, offset_x, offset_y, position, shape, label } = config.trigger;
  const [v, h] = position.split("_");
  const square = shape === "square";
  const light = colours(config, "light_mode", "--b:#fff;--t:#231f19");
  const dark = colours(config, "dark_mode", "--b:#1a1e25;--t:#eceff3");
  return `${
    config.theme === "dark"
      ? dark
      : light + (config.theme === "light" ? "" : `@media(prefers-color-scheme:dark){${dark}}`)
  }:host{all:initial!important;position:fixed!important;z-index:2147483000!important}*{box-sizing:border-box;font:15px/1.45 system-ui,sans-serif;transition:.2s cubic-bezier(.2,.8,.2,1)}[hidden]{display:none!important}
:focus-visible{outline:2px solid var(--a);outline-offset:2px}
.w{position:fixed;${v}:calc(${offset_y}px + env(safe-area-inset-${v}));${h}:calc(${offset_x}px + env(safe-area-inset-${h}));display:flex;flex-direction:column${v === "top" ? "-reverse" : ""};align-items:${h};gap:8px;max-width:min(320px,100vw - 40px);pointer-events:none}
button,.g{all:unset;box-sizing:border-box;position:relative;padding:10px 16px;border-radius:20px;background:var(--b);color:var(--t);box-shadow:0 0 0 1px #8881,0 8px 28px -6px #2106;cursor:pointer;pointer-events:auto;overflow-wrap:anywhere;animation:r .26s cubic-bezier(.2,.8,.2,1)}
.q:hover,.l,i{background:var(--a);color:var(--o)}
.l{display:flex;align-items:center;justify-content:center;gap:8px;height:${size}px;min-width:${size}px;padding:0 ${label ? size / 3 : 0}px;border-radius:${square ? 16 : size}px;margin-${v}:4px;margin-${v}:0;font-weight:600}
.l:hover{transform:scale(1.05)}.l:active{transform:scale(.95)}
svg{width:${size * 0.46}px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
svg+svg,.o svg{position:absolute;opacity:0;transform:rotate(-90deg)}.o svg+svg{opacity:1;transform:none}.o .l svg:first-child{position:static}
b{position:absolute;top:-4px;right:-4px;padding:0 7px;border-radius:11px;background:#d3263a;color:#fff;font:600 12px/22px system-ui}
.g{display:flex;gap:12px;padding:16px}i{flex:none;width:32px;border-radius:${square ? 10 : 16}px;font:600 14px/32px system-ui;text-align:center;align-self:start}
.x{position:absolute;top:-12px;right:-12px;padding:2px 9px}
iframe{position:absolute;${v}:${size + 16}px;${h}:0;width:min(${width}px,100vw - 40px);height:min(${height}px,100dvh - ${offset_y + size + 28}px);border:0;border-radius:16px;background:var(--b);box-shadow:0 0 0 1px #8882,0 18px 48px -12px #2109;visibility:hidden;opacity:0;transform:scale(.92);transform-origin:${v} ${h}${phone ? `;position:fixed;inset:${top}px 0 0;width:100vw;height:${height}px;border-radius:0` : ""}}
.s iframe{visibility:visible;opacity:1;transform:none;pointer-events:auto}
.o .g,.o .q${phone ? ",.s .l" : ""}{display:none}
@keyframes r{0%{opacity:0;transform:translateY(8px)}}
@media(prefers-reduced-motion){*{animation:none!important;transform:none!important}}`;
}
