/** Web hooks: the list of them, a new one, one of them, and an ear on what they would be told. */
import "../styles/hooks.css";
import type { HooksRoute } from "../router.ts";
import { HookList } from "./list.tsx";
import { Listen } from "./listen.tsx";
import { NewHook } from "./new-hook.tsx";
import { OneHook } from "./one-hook.tsx";

export function HooksPage({ route }: { route: HooksRoute }) {
  // A form is as wide as other forms; what is read needs more room.
  const wide = route.at !== "new";
  return <div class={wide ? "in-settings-body in-settings-wide" : "in-settings-body"}>{partOf(route)}</div>;
}

function partOf(route: HooksRoute) {
  if ("id" in route) return <OneHook key={route.id} route={route} />;
  switch (route.at) {
    case "list":
      return <HookList />;
    case "new":
      return <NewHook />;
    case "listen":
      return <Listen />;
    default:
      return route satisfies never;
  }
}
