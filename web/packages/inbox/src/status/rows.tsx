/** Figures in rows: what it is, what it means, how much it is. */
import { cx } from "@halloo/ui";
import type { ComponentChildren } from "preact";
import type { StatusView } from "../data/types.ts";
import { formatNumber } from "../i18n.ts";

export type Code = StatusView["findings"][number]["code"];
export type Level = StatusView["state"];

export function Rows({ children }: { children: ComponentChildren }) {
  return <dl class="in-status-rows">{children}</dl>;
}

export function Row({
  name,
  about,
  level = "good",
  children,
}: {
  name: string;
  about: string;
  level?: Level;
  children: ComponentChildren;
}) {
  return (
    <div class={cx("in-status-row", level !== "good" && `in-status-${level}`)}>
      <dt>
        <strong>{name}</strong>
        <span>{about}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Several figures of one row, each with its word. */
export function Parts({ parts }: { parts: readonly (readonly [string, number])[] }) {
  return (
    <ul class="in-status-parts">
      {parts.map(([name, value]) => (
        <li key={name}>
          <span>{name}</span>
          <b>{formatNumber(value)}</b>
        </li>
      ))}
    </ul>
  );
}

/** The worst level among some findings. */
export function levelOf(status: StatusView, ...codes: readonly Code[]): Level {
  return status.findings.find((finding) => codes.includes(finding.code))?.level ?? "good";
}
