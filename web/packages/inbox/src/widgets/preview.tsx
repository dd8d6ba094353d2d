import { Segmented } from "@halloo/ui";
import { MessageCircle, Moon, PanelTop, Sun } from "lucide-preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { language, t } from "../i18n.ts";
import type { Values } from "./config.ts";

/** The widget as a visitor would see it, with changes that are not saved yet. */
export function Preview({ config, values }: { config: unknown; values: Values }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [view, setView] = useState<"chat" | "closed">("chat");
  const [scheme, setScheme] = useState<"light" | "dark">(values.theme === "dark" ? "dark" : "light");
  const locale = values.locale === "auto" ? language.get() : values.locale;
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
        <Segmented
          label={t("preview")}
          value={view}
          onChoose={setView}
          choices={[
            { id: "chat", label: t("preview_open"), icon: <PanelTop size={16} /> },
            { id: "closed", label: t("preview_closed"), icon: <MessageCircle size={16} /> },
          ]}
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
