/** Where loader and frame are served from, which need not be where the inbox is. */
import { get } from "../../data/api.ts";
import { keys } from "../../data/keys.ts";
import type { Options } from "../../data/query.ts";
import type { EmbedAddresses } from "./snippets.ts";

export const embedQuery: Options<EmbedAddresses> = {
  queryKey: keys.embed,
  queryFn: () => get<EmbedAddresses>("/embed"),
};

/** The widget's host; until it is known, this one. */
export const widgetOrigin = (embed: EmbedAddresses | undefined): string =>
  embed ? new URL(embed.loader_url, location.origin).origin : location.origin;
