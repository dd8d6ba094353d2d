import { useState } from "preact/hooks";
import { cx, hueOf } from "./dom.ts";

/** At most two letters that stand for a name; empty where there is none. */
export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const first = words[0];
  if (!first) return "";
  const letter = (word: string) => [...word][0] ?? "";
  const last = words.length > 1 ? letter(words.at(-1) ?? "") : "";
  return `${letter(first)}${last}`.toLocaleUpperCase();
}

/** How our own image host writes addresses, which may have a name of its own. */
const SIGNED = /^\/avatar\/(operator|contact|visitor)\/[\da-f-]{36}\/\d{2,3}$/;

/**
 * A picture on somebody else's server would tell them who looks, and when: only our own are shown. Whoever only writes addresses as our
 * image host does is stopped by the page's policy.
 */
export function isOurs(src: string, here: string = location.href): boolean {
  try {
    const { origin, pathname, searchParams } = new URL(src, here);
    return origin === new URL(here).origin || (SIGNED.test(pathname) && searchParams.has("sig"));
  } catch {
    return false;
  }
}

export interface AvatarProps {
  id: string;
  name: string;
  src?: string | null | undefined;
  size?: 16 | 20 | 24 | 28 | 32 | 36 | 40 | 56 | undefined;
  presence?: "online" | "away" | "offline" | undefined;
}

/** The outline of somebody whose name is not known. */
function Nobody() {
  return (
    <svg viewBox="0 0 24 24" class="ui-nobody" aria-hidden="true">
      <circle cx="12" cy="9" r="4" />
      <path d="M4.5 20.5a7.5 7.5 0 0 1 15 0" />
    </svg>
  );
}

/** A face: the picture, where it is on this server, else initials on a colour taken from the id; without a name an outline. */
export function Avatar({ id, name, src, size = 32, presence }: AvatarProps) {
  const [broken, setBroken] = useState(false);
  const hue = hueOf(id);
  const letters = initials(name);
  return (
    <span class={cx("ui-avatar", `ui-avatar-${size}`)} style={{ "--hue": String(hue) }} aria-hidden="true">
      {src && !broken && isOurs(src) ? (
        <img src={src} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <span class="ui-initials">{letters === "" ? <Nobody /> : letters}</span>
      )}
      {presence && presence !== "offline" && <span class={cx("ui-presence", `ui-${presence}`)} />}
    </span>
  );
}
