/** What stands around the forms of a widget. */
import { IconButton, Menu, Notice, Switch, toast } from "@halloo/ui";
import { Ellipsis, Trash } from "lucide-preact";
import { useState } from "preact/hooks";
import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { keys } from "../data/keys.ts";
import { widgetsQuery } from "../data/queries.ts";
import { client } from "../data/query.ts";
import type { Warning, WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go, type WidgetSection } from "../router.ts";
import { Confirm } from "../shell/confirm.tsx";
import { putWidget } from "./put.ts";

/** What the server found worth saying about the accepted widget. */
export function Warnings({ warnings, section }: { warnings: readonly Warning[]; section: WidgetSection }) {
  const mine = warnings.filter((one) =>
    section === "look"
      ? one.code === "low_contrast"
      : section === "domains"
        ? one.path.startsWith("domains") && one.code !== "domains_empty"
        : false,
  );
  if (mine.length === 0) return null;
  return (
    <Notice tone="warn" title={t("worth_knowing")}>
      <ul class="in-warnings">
        {mine.map((one) => (
          <li key={one.code + one.path}>
            {one.message} <code>{one.path}</code>
          </li>
        ))}
      </ul>
    </Notice>
  );
}

/** Whether visitors see it. */
export function Publish({ widget, may }: { widget: WidgetView; may: boolean }) {
  const publish = async (published: boolean) => {
    client.setQueryData<WidgetView>(keys.widget(widget.id), { ...widget, published });
    try {
      await putWidget(widget.id, { published });
      toast({ text: t(published ? "published_toast" : "unpublished_toast"), tone: "good" });
    } catch (error) {
      client.setQueryData(keys.widget(widget.id), widget);
      complain(error);
    }
  };
  return (
    <div class="in-publish">
      <Switch
        label={t("published")}
        hint={t(widget.published ? "published_hint" : "unpublished_hint")}
        checked={widget.published}
        disabled={!may}
        onChecked={(on) => void publish(on)}
      />
    </div>
  );
}

/** What is rarely done to a widget. */
export function WidgetMenu({ widget }: { widget: WidgetView }) {
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    try {
      await call("DELETE", `/web-widgets/${widget.id}`);
      void client.invalidateQueries({ queryKey: widgetsQuery.queryKey });
      go({ page: "widgets", id: null, section: "look" }, true);
    } catch (error) {
      complain(error);
    }
  };
  return (
    <>
      <Menu
        label={t("more")}
        placement="bottom-end"
        items={[
          {
            kind: "item",
            id: "remove",
            label: t("delete_widget"),
            icon: <Trash size={16} />,
            danger: true,
            onSelect: () => setAsking(true),
          },
        ]}
        trigger={(props) => <IconButton {...props} label={t("more")} icon={<Ellipsis size={18} />} />}
      />
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("delete_widget")}
        text={t("delete_widget_text")}
        action={t("delete_widget")}
        onConfirm={() => void remove()}
      />
    </>
  );
}
