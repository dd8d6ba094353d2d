import { Segmented, Select } from "@halloo/ui";
import { Moon, Sun } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { language, t } from "../i18n.ts";
import type { Values } from "./config.ts";

/** What the preview can show of a widget; the names are those that the previewing frame knows. */
export const VIEWS = ["chat", "closed", "form", "feedback", "away"] as const;
export type View = (typeof VIEWS)[number];

/** The views that a widget has: forms only where there are some. */
export const viewsOf = (values: Values): View[] =>
  VIEWS.filter(
    (view) =>
      (view !== "form" || values.pre_conversation_form !== null) &&
      (view !== "feedback" || values["post_conversation_feedback.form"] !== null),
  );

/** The widget as a visitor would see it, with changes that are not saved yet. */
export function Preview(props: { config: unknown; values: Values; view: View; onView: (view: View) => void }) {
  const { config, values, onView } = props;
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [scheme, setScheme] = useState<"light" | "dark">(values.theme === "dark" ? "dark" : "light");
  const locale = values.locale === "auto" ? language.get() : values.locale;
  const views = viewsOf(values);
  const view = views.includes(props.view) ? props.view : "chat";
  useEffect(() => {
    if (values.theme !== "system") setScheme(values.theme === "dark" ? "dark" : "light");
  }, [values.theme]);
  useEffect(() => {
    const hear = (event: MessageEvent<unknown>) => {
      const said = event.data as { type?: unknown } | null;
      if (
        event.source === frame.current?.contentWindow &&
        event.origin === location.origin &&
        said?.type === "halloo-preview-ready"
      )
        setReady(true);
    };
    addEventListener("message", hear);
    return () => removeEventListener("message", hear);
  }, []);
  useEffect(() => {
    if (ready)
      frame.current?.contentWindow?.postMessage(
        { type: "halloo-preview", config, view, scheme, locale },
        location.origin,
      );
  }, [ready, config, view, scheme, locale]);
  return (
    <aside class="in-preview" aria-label={t("preview")}>
      <header class="in-preview-head">
        <Select
          label={t("preview")}
          quiet
          value={view}
          options={views.map((id) => ({ id, label: t(`view_${id}`) }))}
          onValue={(id) => onView(id as View)}
        />
        <Segmented
          label={t("theme")}
          value={scheme}
          onChoose={setScheme}
          choices={[
            { id: "light", label: t("light"), icon: <Sun size={16} /> },
            { id: "dark", label: t("dark"), icon: <Moon size={16} /> },
          ]}
        />
      </header>
      {/* It may have said that it is ready before anybody listened; once loaded, it listens. */}
      <iframe
        ref={frame}
        class="in-preview-frame"
        src="/inbox/preview"
        title={t("preview")}
        onLoad={() => setReady(true)}
      />
    </aside>
  );
}
