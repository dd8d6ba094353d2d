import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import type { WidgetPut, WidgetView } from "../data/types.ts";

/** Stores a change and shows what became of it. */
export async function putWidget(id: string, change: WidgetPut): Promise<WidgetView> {
  const widget = await call<WidgetView>("PUT", `/web-widgets/${id}`, change);
  client.setQueryData(keys.widget(id), widget);
  client.setQueryData<WidgetView[]>(keys.widgets, (all) => all?.map((one) => (one.id === id ? widget : one)));
  return widget;
}
