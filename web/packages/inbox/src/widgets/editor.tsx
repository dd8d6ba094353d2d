/** One widget: its sections, each saved by itself, and the live preview beside them. */
import { Bone, Button, cx, Dialog, Empty, Notice } from "@halloo/ui";
import {
  ArrowLeft,
  CalendarClock,
  Code,
  Eye,
  Globe,
  Languages,
  MessageCircleQuestionMark,
  Palette,
} from "lucide-preact";
import type { ComponentType } from "preact";
import { useMemo, useState } from "preact/hooks";
import { useCan, useMe, widgetQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { go, WIDGET_SECTIONS, type WidgetSection } from "../router.ts";
import { Save, useSaving } from "../settings/card.tsx";
import { Link } from "../shell/link.tsx";
import { useMedia } from "../shell/use.ts";
import { Behaviour } from "./behaviour-form.tsx";
import { Checklist } from "./checklist.tsx";
import { changedFields, mergeSection, type Path, previewConfig, readValues, type Values } from "./config.ts";
import { Domains } from "./domains-form.tsx";
import { Publish, useLeaving, Warnings, WidgetMenu } from "./editor-parts.tsx";
import { Greeting } from "./greeting-form.tsx";
import { BusinessHours } from "./hours-form.tsx";
import { Install } from "./install.tsx";
import { Look } from "./look-form.tsx";
import { Preview } from "./preview.tsx";
import { putWidget } from "./put.ts";
import { v1Of } from "./widgets-page.tsx";

const ICONS: Readonly<Record<WidgetSection, ComponentType<{ size: number }>>> = {
  look: Palette,
  greeting: MessageCircleQuestionMark,
  language: Languages,
  hours: CalendarClock,
  domains: Globe,
  install: Code,
};

/** What every form gets. */
export interface FormProps {
  readonly values: Values;
  readonly set: <P extends Path>(path: P, value: Values[P]) => void;
  readonly workspace: string;
  readonly disabled: boolean;
}

export function Editor({ id, section }: { id: string; section: WidgetSection }) {
  const query = useQuery(widgetQuery(id));
  if (query.isError && !query.data) {
    return (
      <div class="in-middle">
        <Empty
          drawing="broken"
          title={t("widget_gone")}
          action={
            <Button onClick={() => go({ page: "widgets", id: null, section: "look" }, true)}>{t("all_widgets")}</Button>
          }
        />
      </div>
    );
  }
  if (!query.data) {
    return (
      <div class="in-page-bones" aria-hidden="true">
        <Bone width={30} height={20} />
        <Bone width={60} />
        <Bone width={50} />
      </div>
    );
  }
  return <EditorOf widget={query.data} section={section} />;
}

function useDraft(widget: WidgetView) {
  const v1 = v1Of(widget);
  const stored = useMemo(() => readValues(v1), [v1]);
  const [edits, setEdits] = useState<Partial<Values>>({});
  const values = useMemo(() => ({ ...stored, ...edits }) as Values, [stored, edits]);
  const set = <P extends Path>(path: P, value: Values[P]) => setEdits((now) => ({ ...now, [path]: value }));
  const drop = (paths: readonly Path[]) =>
    setEdits(
      (now) =>
        Object.fromEntries(Object.entries(now).filter(([path]) => !paths.includes(path as Path))) as Partial<Values>,
    );
  return { v1, stored, values, set, drop };
}

function EditorOf({ widget, section }: { widget: WidgetView; section: WidgetSection }) {
  const me = useMe();
  const may = useCan("web_widgets:manage");
  const workspace = me?.workspace.name ?? "";
  const { v1, stored, values, set, drop } = useDraft(widget);
  const [domains, setDomains] = useState<readonly string[] | null>(null);
  const domainsDirty = domains !== null && JSON.stringify(domains) !== JSON.stringify(widget.domains);
  const dirty = WIDGET_SECTIONS.filter(
    (one) => changedFields(stored, values, one).length > 0 || (one === "domains" && domainsDirty),
  );
  const beside = useMedia("(min-width: 1100px)");
  const [previewing, setPreviewing] = useState(false);
  const form: FormProps = { values, set, workspace, disabled: !may };
  const leaving = useLeaving(dirty.length > 0, widget.id);
  const saving = useSaving();
  const save = async () => {
    const paths = changedFields(stored, values, section);
    const done = await saving.run(() =>
      putWidget(widget.id, { config: { ...widget.config, v1: mergeSection(v1, stored, values, section) } }),
    );
    if (done) drop(paths);
  };
  const config = useMemo(
    () => ({ ...widget.config, v1: previewConfig(v1, values, workspace) }),
    [widget.config, v1, values, workspace],
  );
  const formed = section !== "domains" && section !== "install";
  return (
    <div class="in-editor">
      <nav class="in-settings-nav in-editor-nav" aria-label={t("widget")}>
        <Link to={{ page: "widgets", id: null, section: "look" }} class="in-back">
          <ArrowLeft size={16} class="ui-mirror" />
          {t("all_widgets")}
        </Link>
        <h1 dir="auto">{values["chat.title"] || workspace}</h1>
        <ul>
          {WIDGET_SECTIONS.map((one) => {
            const Icon = ICONS[one];
            return (
              <li key={one}>
                <Link
                  to={{ page: "widgets", id: widget.id, section: one }}
                  class={cx("in-nav-link", one === section && "in-on")}
                  aria-current={one === section ? "page" : undefined}
                >
                  <Icon size={18} />
                  <span class="in-grow">{t(`widget_${one}`)}</span>
                  {one === "domains" && widget.domains.length === 0 && (
                    <span class="in-nav-dot in-nav-bad" role="img" aria-label={t("needs_attention")} />
                  )}
                  {dirty.includes(one) && <span class="in-nav-dot" role="img" aria-label={t("unsaved")} />}
                </Link>
              </li>
            );
          })}
        </ul>
        <Publish widget={widget} may={may} />
      </nav>
      <div class="in-settings-scroll">
        <div class="in-settings-body">
          <header class="in-title">
            <div>
              <h2>{t(`widget_${section}`)}</h2>
              <p>{t(`widget_${section}_text`)}</p>
            </div>
            <span class="in-title-actions">
              {!beside && formed && (
                <Button icon={<Eye size={16} />} onClick={() => setPreviewing(true)}>
                  {t("preview")}
                </Button>
              )}
              {may && <WidgetMenu widget={widget} />}
            </span>
          </header>
          {widget.domains.length === 0 && section !== "domains" && section !== "install" && (
            <Notice
              tone="bad"
              action={
                <Button size="small" onClick={() => go({ page: "widgets", id: widget.id, section: "domains" })}>
                  {t("add_domains")}
                </Button>
              }
            >
              {t("warning_domains_empty")}
            </Notice>
          )}
          <Warnings warnings={widget.warnings} section={section} />
          {section === "look" && <Look {...form} />}
          {section === "greeting" && <Greeting {...form} />}
          {section === "language" && <Behaviour {...form} />}
          {section === "hours" && <BusinessHours {...form} />}
          {section === "domains" && (
            <Domains widget={widget} may={may} domains={domains ?? widget.domains} setDomains={setDomains} />
          )}
          {section === "install" && <Install widget={widget} />}
          {(section === "domains" || section === "install") && <Checklist widget={widget} />}
          {formed && may && (
            <footer class="in-save-bar">
              <Save dirty={dirty.includes(section)} {...saving} onSave={() => void save()} />
            </footer>
          )}
        </div>
      </div>
      {beside && formed && <Preview config={config} values={values} />}
      {!beside && (
        <Dialog
          open={previewing}
          onClose={() => setPreviewing(false)}
          title={t("preview")}
          closeLabel={t("close")}
          side="end"
          class="in-preview-drawer"
        >
          <Preview config={config} values={values} />
        </Dialog>
      )}
      {leaving}
    </div>
  );
}
