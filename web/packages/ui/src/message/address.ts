/** Addresses of files run out: a new one is fetched before anybody notices. */
import { useState } from "preact/hooks";

/** An address is not handed out in its last seconds. */
const SPARE_MS = 20_000;
const KEPT = 500;

/** The newest address of each file that ran out while it was on the screen. */
const newest = new Map<string, string>();
const underWay = new Map<string, Promise<string>>();

/** Whether an address of ours holds no longer; one without an end holds always. */
export function ranOut(url: string, now: number): boolean {
  const until = /[?&]until=(\d{1,12})(?:&|$)/.exec(url)?.[1];
  return until !== undefined && Number(until) * 1000 < now + SPARE_MS;
}

/** The later of two addresses. */
const untilOf = (url: string): number => Number(/[?&]until=(\d{1,12})/.exec(url)?.[1] ?? 0);

/** The address of a file that holds longest of those that are known. */
export function addressOf(id: string | null, url: string): string {
  const known = id === null ? undefined : newest.get(id);
  return known !== undefined && untilOf(known) > untilOf(url) ? known : url;
}

/** A new address; one question for all who ask at once. Rejects where there is none to be had. */
export function renewed(id: string, renew: (fileId: string) => Promise<string>): Promise<string> {
  const running = underWay.get(id);
  if (running) return running;
  const asked = renew(id)
    .then((url) => {
      if (newest.size >= KEPT) newest.clear();
      newest.set(id, url);
      return url;
    })
    .finally(() => underWay.delete(id));
  underWay.set(id, asked);
  return asked;
}

/** Widths that the storage host makes pictures smaller to: as wide as a thread shows them, and twice that. */
const [ONCE, TWICE] = [280, 560] as const;

/** Where a picture is as small as this screen shows it in a thread; of an address that has no such, the same. */
export const smaller = (url: string): string =>
  /\/files\/[^?#]+\?until=\d+$/.test(url) ? `${url}&width=${devicePixelRatio > 1 ? TWICE : ONCE}` : url;

export interface Address {
  /** Where the file is now; empty where it is nowhere. */
  readonly url: string;
  /** An address that holds. Rejects where there is none. */
  readonly fresh: () => Promise<string>;
}

/** Where a file is; draws again when it has a new address. */
export function useAddress(
  file: { readonly id: string | null; readonly url: string },
  renew: (id: string) => Promise<string>,
): Address {
  const [, draw] = useState(0);
  const url = addressOf(file.id, file.url);
  const fresh = async (): Promise<string> => {
    if (file.id === null || !ranOut(url, Date.now())) return url;
    const found = await renewed(file.id, renew);
    draw((turn) => turn + 1);
    return found;
  };
  return { url, fresh };
}

/** Opens an address in a tab of its own, as a press on a link does. */
export function openAddress(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  document.body.append(link);
  link.click();
  link.remove();
}
