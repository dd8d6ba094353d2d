/** The workspace's widgets, and the editor of one. */
import { Badge, Bone, Button, Empty, toast } from "@halloo/ui";
import { Globe, Plus, TriangleAlert } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { useCan, useMe, widgetsQuery } from "../data/queries.ts";
import { client, useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { formatDate, t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, type WidgetSection } from "../router.ts";
import { Link } from "../shell/link.tsx";
import { ListBroken } from "../shell/list-broken.tsx";
import { BUILT_IN, readValues, type V1 } from "./config.ts";
import { Editor } from "./editor.tsx";

export function WidgetsPage({ id, section }: { id: string | null; section: WidgetSection }) {
  return id === null ? <Widgets /> : <Editor key={id} id={id} section={section} />;
}

export const v1Of = (widget: WidgetView): V1 => (widget.config["v1"] ?? {}) as V1;

function Widgets() {
  const query = useQuery(widgetsQuery);
  const may = useCan("web_widgets:manage");
  const [busy, setBusy] = useState(false);
  const create = async () => {
    setBusy(true);
    try {
      const made = await call<WidgetView>("POST", "/web-widgets", {});
      void client.invalidateQueries({ queryKey: widgetsQuery.queryKey });
      go({ page: "widgets", id: made.id, section: "look" });
      toast({ text: t("widget_created"), tone: "good" });
    } catch (error) {
      complain(error);
      setBusy(false);
    }
  };
  useCommands(
    may
      ? [
          {
            id: "new-widget",
            section: "create",
            label: t("new_widget"),
            icon: <Plus size={16} />,
            run: () => void create(),
          },
        ]
      : [],
  );
  const button = may && (
    <Button kind="primary" icon={<Plus size={16} />} busy={busy} onClick={() => void create()}>
      {t("new_widget")}
    </Button>
  );
  const all = query.data ?? [];
  return (
    <section class="in-page in-page-calm">
      <header class="in-page-head">
        <h1>{t("widgets")}</h1>
        {all.length > 0 && button}
      </header>
      <div class="in-page-scroll">
        {query.isPending ? (
          <div class="in-widgets" aria-hidden="true">
            {[1, 2].map((key) => (
              <div key={key} class="in-widget-card">
                <Bone width={50} height={18} />
                <Bone width={80} />
              </div>
            ))}
          </div>
        ) : query.isError ? (
          <ListBroken query={query} />
        ) : all.length === 0 ? (
          <Empty drawing="widget" title={t("no_widgets")} text={t("no_widgets_text")} action={button || undefined} />
        ) : (
          <ul class="in-widgets">
            {all.map((widget) => (
              <li key={widget.id}>
                <WidgetCard widget={widget} />
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function WidgetCard({ widget }: { widget: WidgetView }) {
  const me = useMe();
  const values = readValues(v1Of(widget));
  const ground = values["chat.light_mode.background_color.controls_button"] || BUILT_IN.light_mode.background_color;
  const open = widget.domains.length === 0;
  return (
    <Link to={{ page: "widgets", id: widget.id, section: "look" }} class="in-widget-card">
      <span class="in-widget-swatch" style={{ background: ground }} aria-hidden="true" />
      <span class="in-widget-words">
        <strong dir="auto">{values["chat.title"] || me?.workspace.name}</strong>
        <span class="in-soft">
          {open ? (
            <span class="in-widget-open">
              <TriangleAlert size={14} />
              {t("any_website")}
            </span>
          ) : (
            <>
              <Globe size={14} />
              {widget.domains.length === 1 ? widget.domains[0] : t("domains_count", { count: widget.domains.length })}
            </>
          )}
        </span>
        <span class="in-soft">{t("created_on", { when: formatDate(Date.parse(widget.created_at)) })}</span>
      </span>
      {widget.published ? <Badge tone="good">{t("published")}</Badge> : <Badge>{t("unpublished")}</Badge>}
    </Link>
  );
}
