/** The launcher as the loader draws it on a page, for the preview. */
import { ChevronDown, CircleQuestionMark, Hand, MessageCircle } from "lucide-preact";
import type { ComponentChildren } from "preact";
import type { WidgetConfig } from "../frame/record.ts";
import { Face } from "./faces.tsx";

const ICONS = { chat: MessageCircle, question: CircleQuestionMark, wave: Hand } as const;

export function Launcher({
  config,
  open,
  away,
  children,
}: {
  config: WidgetConfig;
  open: boolean;
  /** Outside business hours. */
  away: boolean;
  children: ComponentChildren;
}) {
  const { trigger, greeting, suggested_questions: questions } = config;
  const [vertical, horizontal] = trigger.position.split("_") as ["top" | "bottom", "left" | "right"];
  const Icon = open ? ChevronDown : ICONS[trigger.icon];
  const corner = {
    [vertical]: `${trigger.offset_y}px`,
    [horizontal]: `${trigger.offset_x}px`,
    "--launcher": `${trigger.size}px`,
    "--edge": `${trigger.offset_y}px`,
  };
  return (
    <div class={`h-stage h-${vertical} h-${horizontal}`} style={corner}>
      {open && <div class="h-window">{children}</div>}
      {!open && greeting.text && greeting.bubble_after_s !== null && (
        <div class="h-greeting" dir="auto">
          <Face person={{ id: "grace", name: "Grace", avatar: null }} size={28} />
          <span>{greeting.text}</span>
        </div>
      )}
      {!open &&
        questions.map((question) => (
          <div key={question} class="h-greeting" dir="auto">
            {question}
          </div>
        ))}
      {!trigger.hidden && !(away && config.business_hours.when_closed === "hide_launcher") && (
        <div class={`h-launcher h-${trigger.shape}`} aria-hidden="true">
          <Icon size={trigger.size * 0.46} strokeWidth={2} />
          {trigger.label && <span>{trigger.label}</span>}
        </div>
      )}
    </div>
  );
}
