import type { ComponentChildren } from "preact";
import { Logo } from "../shell/logo.tsx";

/** The quiet page around signing in. */
export function Frame({
  title,
  text,
  children,
}: {
  title: string;
  text?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <main class="in-door">
      <div class="in-door-card">
        <Logo size={40} />
        <h1>{title}</h1>
        {text && <p class="in-door-text">{text}</p>}
        {children}
      </div>
    </main>
  );
}
