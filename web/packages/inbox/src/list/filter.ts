/** How the list is filtered and ordered, beyond what the address says. */
import { createStore, useStore } from "../data/store.ts";
import type { Filter, Folder, Order, Whose } from "../data/types.ts";
import { storage } from "../live/browser.ts";

const KEY = "halloo.order";

export const unreadOnly = createStore(false);
export const openOrder = createStore<Order>(storage.get(KEY) === "activity" ? "activity" : "waiting");

export function setOrder(order: Order): void {
  openOrder.set(order);
  storage.set(KEY, order === "waiting" ? null : order);
}

/** The filter of a folder. Only open conversations wait; the others come by their newest activity. */
export function useFilter(state: Folder, whose: Whose): Filter {
  const unread = useStore(unreadOnly);
  const order = useStore(openOrder);
  return { state, whose, unread, order: state === "open" ? order : "activity" };
}
