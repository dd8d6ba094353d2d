/** The sections of a widget: their icons, and the form of each. What is large is fetched when it is first opened. */
import { Bone } from "@halloo/ui";
import {
  CalendarClock,
  ClipboardList,
  Code,
  Globe,
  Languages,
  MessageCircleQuestionMark,
  Palette,
  ScanEye,
  ShieldCheck,
} from "lucide-preact";
import type { ComponentType } from "preact";
import type { WidgetView } from "../data/types.ts";
import type { WidgetSection } from "../router.ts";
import { later } from "../shell/use.ts";
import { Behaviour } from "./behaviour-form.tsx";
import type { Path, Values } from "./config.ts";
import { Greeting } from "./greeting-form.tsx";
import { BusinessHours } from "./hours-form.tsx";
import { Look } from "./look-form.tsx";
import type { View } from "./preview.tsx";

export const SECTION_ICONS: Readonly<Record<WidgetSection, ComponentType<{ size: number }>>> = {
  look: Palette,
  greeting: MessageCircleQuestionMark,
  forms: ClipboardList,
  language: Languages,
  hours: CalendarClock,
  domains: Globe,
  security: ShieldCheck,
  install: Code,
  csp: ScanEye,
};

/** What every form gets. */
export interface FormProps {
  readonly widget: WidgetView;
  readonly values: Values;
  /** The values as the server has them. */
  readonly stored: Values;
  readonly set: <P extends Path>(path: P, value: Values[P]) => void;
  readonly workspace: string;
  readonly disabled: boolean;
  /** What is wrong at a path, in words; with `inside` also what is wrong below it. */
  readonly error: (path: string, inside?: boolean) => string | undefined;
  /** Turns the preview to what is being edited. */
  readonly show: (view: View) => void;
}

function SectionBones() {
  return (
    <div class="in-card in-card-bones" aria-hidden="true">
      <Bone width={36} height={16} />
      <Bone width={80} />
      <Bone width={64} />
    </div>
  );
}

const Forms = later(() => import("./forms/forms-section.tsx").then((part) => part.Forms), SectionBones);
const Security = later(() => import("./security/security-form.tsx").then((part) => part.Security), SectionBones);
export const ContentSecurity = later(
  () => import("../csp/content-security.tsx").then((part) => part.ContentSecurity),
  SectionBones,
);
export const Install = later(() => import("./install/install.tsx").then((part) => part.Install), SectionBones);

/** The view of the preview that a section is about. */
export const VIEW_OF: Readonly<Record<WidgetSection, View>> = {
  look: "chat",
  greeting: "chat",
  forms: "form",
  language: "chat",
  hours: "away",
  domains: "chat",
  security: "chat",
  install: "chat",
  csp: "chat",
};

/** The form of a section that is saved as a whole; the other three save by themselves. */
export function SectionForm({ section, form }: { section: WidgetSection; form: FormProps }) {
  switch (section) {
    case "look":
      return <Look {...form} />;
    case "greeting":
      return <Greeting {...form} />;
    case "forms":
      return <Forms {...form} />;
    case "language":
      return <Behaviour {...form} />;
    case "hours":
      return <BusinessHours {...form} />;
    case "security":
      return <Security {...form} />;
    case "domains":
    case "install":
    case "csp":
      return null;
    default:
      return section satisfies never;
  }
}
