/** The tab's title and icon say how much is unread. */
import { t } from "../i18n.ts";
import unread from "../icons/favicon-unread.svg?url";

/** The server's own icon. */
const PLAIN = "/favicon.svg";

export function showUnread(count: number, place: string): void {
  const name = place === "" ? "Halloo" : t("title_place", { place });
  document.title = count > 0 ? `(${count > 99 ? "99+" : count}) ${name}` : name;
  let link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) {
    link = document.createElement("link");
    link.rel = "icon";
    link.type = "image/svg+xml";
    document.head.append(link);
  }
  const wanted = count > 0 ? unread : PLAIN;
  if (link.getAttribute("href") !== wanted) link.href = wanted;
}
