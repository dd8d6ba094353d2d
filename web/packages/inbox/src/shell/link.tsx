import type { ComponentChildren } from "preact";
import { addressOf, go, type Route } from "../router.ts";

interface LinkProps {
  to: Route;
  "aria-label"?: string | undefined;
  "aria-current"?: "page" | "true" | undefined;
  class?: string | undefined;
  children?: ComponentChildren;
  "data-tip"?: string | undefined;
  "data-tip-side"?: string | undefined;
  "data-keys"?: string | undefined;
}

/** A link inside the inbox; opens elsewhere when asked to. */
export function Link({ to, ...rest }: LinkProps) {
  return (
    <a
      {...rest}
      href={addressOf(to)}
      onClick={(event) => {
        if (
          event.defaultPrevented ||
          event.button !== 0 ||
          event.metaKey ||
          event.ctrlKey ||
          event.shiftKey ||
          event.altKey
        )
          return;
        event.preventDefault();
        go(to);
      }}
    />
  );
}
