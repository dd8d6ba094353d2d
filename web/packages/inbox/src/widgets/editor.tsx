/** One widget: its sections, each saved by itself, and the live preview beside them. */
import { Bone, Button, cx, Dialog, Empty, Notice } from "@halloo/ui";
import { ArrowLeft, Eye } from "lucide-preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { useCan, useMe, widgetQuery } from "../data/queries.ts";
import { useQuery } from "../data/query.ts";
import type { WidgetView } from "../data/types.ts";
import { t } from "../i18n.ts";
import { useCommands } from "../keys/commands.ts";
import { go, WIDGET_SECTIONS, type WidgetSection } from "../router.ts";
import { Save, useSaving } from "../settings/card.tsx";
import { Link } from "../shell/link.tsx";
import { useStay } from "../shell/stay.tsx";
import { useMedia, useShownSection } from "../shell/use.ts";
import { errorAt, problemsIn, type Refused, refusedField } from "./check.ts";
import { Checklist } from "./checklist.tsx";
import { changedFields, mergeSection, type Path, previewConfig, readValues, type Values } from "./config.ts";
import { Domains } from "./domains-form.tsx";
import { Publish, Warnings, WidgetMenu } from "./editor-parts.tsx";
import { Preview, type View } from "./preview.tsx";
import { putWidget } from "./put.ts";
import { ContentSecurity, type FormProps, Install, SECTION_ICONS, SectionForm, VIEW_OF } from "./sections.tsx";
import { v1Of } from "./widgets-page.tsx";

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
  const [refused, setRefused] = useState<Refused | null>(null);
  const values = useMemo(() => ({ ...stored, ...edits }) as Values, [stored, edits]);
  const set = <P extends Path>(path: P, value: Values[P]) => {
    setEdits((now) => ({ ...now, [path]: value }));
    setRefused((now) => (now?.path.startsWith(path) ? null : now));
  };
  const drop = (paths: readonly Path[]) =>
    setEdits(
      (now) =>
        Object.fromEntries(Object.entries(now).filter(([path]) => !paths.includes(path as Path))) as Partial<Values>,
    );
  return { v1, stored, values, set, drop, refused, setRefused };
}

type Draft = ReturnType<typeof useDraft>;

/** Saving one section: what the server refuses is shown at its field. */
function useSectionSave(widget: WidgetView, section: WidgetSection, draft: Draft) {
  const { v1, stored, values, drop, setRefused } = draft;
  const saving = useSaving();
  const save = async () => {
    const paths = changedFields(stored, values, section);
    setRefused(null);
    const done = await saving.run(() =>
      putWidget(widget.id, { config: { ...widget.config, v1: mergeSection(v1, stored, values, section) } }).catch(
        (error: unknown) => {
          setRefused(refusedField(error));
          throw error;
        },
      ),
    );
    if (done) drop(paths);
  };
  return { saving, save };
}

/** Which side of the widget the preview shows: what the section is about, until somebody chooses. */
function useView(section: WidgetSection): [View, (view: View) => void] {
  const [view, setView] = useState<View>(VIEW_OF[section]);
  useEffect(() => setView(VIEW_OF[section]), [section]);
  return [view, setView];
}

/** Every section by name. */
function useSectionCommands(id: string): void {
  useCommands(
    WIDGET_SECTIONS.map((section) => {
      const Icon = SECTION_ICONS[section];
      return {
        id: `widget-${section}`,
        section: "go" as const,
        label: t("widget_section", { name: t(`widget_${section}`) }),
        icon: <Icon size={16} />,
        run: () => go({ page: "widgets", id, section }),
      };
    }),
  );
}

function EditorOf({ widget, section }: { widget: WidgetView; section: WidgetSection }) {
  const me = useMe();
  const may = useCan("web_widgets:manage");
  const workspace = me?.workspace.name ?? "";
  const draft = useDraft(widget);
  const { v1, stored, values, set } = draft;
  const [domains, setDomains] = useState<readonly string[] | null>(null);
  const domainsDirty = domains !== null && JSON.stringify(domains) !== JSON.stringify(widget.domains);
  const dirty = WIDGET_SECTIONS.filter(
    (one) => changedFields(stored, values, one).length > 0 || (one === "domains" && domainsDirty),
  );
  const beside = useMedia("(min-width: 1100px)");
  const [previewing, setPreviewing] = useState(false);
  const [view, show] = useView(section);
  const problems = problemsIn(values, section);
  const broken = Object.keys(problems).length > 0;
  const error = (path: string, inside?: boolean) => errorAt(problems, draft.refused, path, inside);
  const form: FormProps = { widget, values, stored, set, workspace, disabled: !may, error, show };
  const nav = useShownSection(section);
  // Moving between the sections of one widget keeps the changes.
  const leaving = useStay(dirty.length > 0, t("leave_text"), (to) => to.page === "widgets" && to.id === widget.id);
  const { saving, save } = useSectionSave(widget, section, draft);
  useSectionCommands(widget.id);
  const config = useMemo(
    () => ({ ...widget.config, v1: previewConfig(v1, values, workspace) }),
    [widget.config, v1, values, workspace],
  );
  const formed = section !== "domains" && section !== "install" && section !== "csp";
  const preview = <Preview config={config} values={values} view={view} onView={show} />;
  return (
    <div class="in-editor">
      <nav class="in-settings-nav in-editor-nav" aria-label={t("widget")}>
        <Link to={{ page: "widgets", id: null, section: "look" }} class="in-back">
          <ArrowLeft size={16} class="ui-mirror" />
          {t("all_widgets")}
        </Link>
        <h1 dir="auto">{values["chat.title"] || workspace}</h1>
        <ul ref={nav}>
          {WIDGET_SECTIONS.map((one) => {
            const Icon = SECTION_ICONS[one];
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
          {widget.domains.length === 0 && formed && (
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
          <SectionForm section={section} form={form} />
          {section === "domains" && (
            <Domains widget={widget} may={may} domains={domains ?? widget.domains} setDomains={setDomains} />
          )}
          {section === "install" && <Install widget={widget} />}
          {section === "csp" && <ContentSecurity widget={widget} />}
          {(section === "domains" || section === "install") && <Checklist widget={widget} section={section} />}
          {formed && may && (
            <footer class="in-save-bar">
              <Save
                dirty={dirty.includes(section)}
                {...saving}
                trouble={broken ? t("form_incomplete") : (draft.refused?.reason ?? saving.trouble)}
                disabled={broken}
                onSave={() => void save()}
              />
            </footer>
          )}
        </div>
      </div>
      {beside && formed && preview}
      {!beside && (
        <Dialog
          open={previewing}
          onClose={() => setPreviewing(false)}
          title={t("preview")}
          closeLabel={t("close")}
          side="end"
          class="in-preview-drawer"
        >
          {preview}
        </Dialog>
      )}
      {leaving}
    </div>
  );
}
