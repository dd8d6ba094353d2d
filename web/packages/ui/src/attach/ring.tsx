/** How much of a file is there, around its picture. */
import { cx } from "../dom.ts";
import "../styles/attach.css";

/** `share` from 0 to 1; null turns: something goes on, and nobody knows how far it is. */
export function Ring({ share }: { share: number | null }) {
  return (
    <svg class={cx("u-ring", share === null && "u-turning")} viewBox="0 0 36 36" aria-hidden="true">
      <circle cx="18" cy="18" r="15" pathLength={100} />
      <circle cx="18" cy="18" r="15" pathLength={100} stroke-dasharray={`${share === null ? 25 : share * 100} 100`} />
    </svg>
  );
}
