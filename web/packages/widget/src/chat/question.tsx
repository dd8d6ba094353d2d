/** One question of a form: its label, its control, its help, and what is wrong with the answer. */
import { Check, ChevronDown, CircleAlert, Star } from "lucide-preact";
import type { ComponentChildren } from "preact";
import type { FormField } from "../frame/record.ts";
import { useAround } from "./hooks.ts";
import type { Problem } from "./rules.ts";

export interface QuestionProps {
  readonly field: FormField;
  /** Unique on the screen: forms of two conversations may have fields of the same name. */
  readonly name: string;
  readonly value: unknown;
  readonly problem: Problem | null;
  readonly onValue: (value: unknown) => void;
  /** The visitor has left the field. */
  readonly onLeave: () => void;
}

/** Stars up to here, numbers beyond: nobody counts ten stars. */
const MOST_STARS = 5;
/** As many numbers stand in one row; more stand in two of the same length. */
const ONE_ROW = 6;
const COMPLETE = { email: "email", phone: "tel", name: "name", company: "organization" } as const;

interface Described {
  readonly id: string;
  readonly "aria-describedby"?: string;
}

/** What is wrong, under the field. */
export function Trouble({ id, problem }: { id: string; problem: Problem | null }) {
  const { t } = useAround();
  if (!problem) return null;
  return (
    <p class="h-error" id={id}>
      <CircleAlert size={15} strokeWidth={2} aria-hidden="true" />
      <span>{t(problem.key, problem.values)}</span>
    </p>
  );
}

export function Question(props: QuestionProps) {
  const { field, name, problem } = props;
  const help = field.help ? `${name}-help` : "";
  const error = problem ? `${name}-error` : "";
  const told = [help, error].filter(Boolean).join(" ");
  const described: Described = { id: name, ...(told ? { "aria-describedby": told } : {}) };
  const alone = field.type === "checkbox" && !field.options?.length;
  const grouped = field.type === "rating" || field.type === "radio" || (field.type === "checkbox" && !alone);
  const label = (
    <>
      {field.label}
      {field.required && (
        <span class="h-mark" aria-hidden="true">
          {" *"}
        </span>
      )}
    </>
  );
  return (
    <div class={problem ? "h-question-box h-wrong" : "h-question-box"}>
      {grouped && (
        <span class="h-label" id={`${name}-label`} dir="auto">
          {label}
        </span>
      )}
      {!grouped && !alone && (
        <label class="h-label" for={name} dir="auto">
          {label}
        </label>
      )}
      {field.help && (
        <p class="h-help" id={help} dir="auto">
          {field.help}
        </p>
      )}
      <Control {...props} described={described} label={label} />
      <Trouble id={error} problem={problem} />
    </div>
  );
}

type ControlProps = QuestionProps & { readonly described: Described; readonly label: ComponentChildren };

function Control(props: ControlProps) {
  const { field } = props;
  switch (field.type) {
    case "text":
    case "email":
    case "phone":
    case "number":
      return <Line {...props} />;
    case "textarea":
      return <Lines {...props} />;
    case "select":
      return <Choice {...props} />;
    case "rating":
      return <Rating {...props} />;
    case "radio":
      return <Choices {...props} />;
    case "checkbox":
      return field.options?.length ? <Choices {...props} /> : <Tick {...props} />;
    default:
      field.type satisfies never;
      return null;
  }
}

/** What a text control of any height has. */
function written({ field, value, problem, onValue, onLeave, described }: ControlProps) {
  return {
    ...described,
    value: String(value ?? ""),
    placeholder: field.placeholder,
    required: field.required,
    "aria-invalid": problem !== null,
    onInput: (event: { currentTarget: { value: string } }) => onValue(event.currentTarget.value),
    onBlur: onLeave,
  };
}

function Line(props: ControlProps) {
  const { field, value } = props;
  const kinds = { email: "email", phone: "tel", number: "decimal", text: "text" } as const;
  const kind = kinds[field.type as keyof typeof kinds];
  const complete = COMPLETE[(field.maps_to ?? field.type) as keyof typeof COMPLETE] ?? "off";
  // Addresses and numbers run from left to right, whatever the window does; an empty field shows its hint where texts begin.
  const ltr = field.type !== "text" && value ? ({ dir: "ltr" } as const) : value ? ({ dir: "auto" } as const) : {};
  return (
    <input
      {...written(props)}
      {...ltr}
      class="h-input"
      // One of several kinds, of which the types want to see each alone.
      type={(kind === "decimal" ? "text" : kind) as "text"}
      inputMode={kind}
      autocomplete={complete}
    />
  );
}

function Lines(props: ControlProps) {
  return <textarea {...written(props)} {...(props.value ? { dir: "auto" as const } : {})} class="h-input" rows={3} />;
}

function Choice({ field, value, problem, onValue, onLeave, described }: ControlProps) {
  const { t } = useAround();
  return (
    <span class="h-select">
      <select
        {...described}
        class={value ? "h-input" : "h-input h-unset"}
        value={String(value ?? "")}
        required={field.required}
        aria-invalid={problem !== null}
        onChange={(event) => onValue(event.currentTarget.value || undefined)}
        onBlur={onLeave}
      >
        <option value="">{field.placeholder || t("form_choose")}</option>
        {field.options?.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown size={18} strokeWidth={1.75} aria-hidden="true" />
    </span>
  );
}

function Choices({ field, name, value, problem, onValue, described }: ControlProps) {
  const many = field.type === "checkbox";
  const chosen = many ? ((value as readonly string[] | undefined) ?? []) : [value];
  const pick = (one: string, on: boolean): void => {
    if (many) onValue(on ? [...chosen, one] : chosen.filter((other) => other !== one));
    else onValue(one);
  };
  const group = {
    ...described,
    role: many ? "group" : "radiogroup",
    "aria-labelledby": `${name}-label`,
    ...(many ? {} : { "aria-required": field.required, "aria-invalid": problem !== null }),
  } as const;
  return (
    <div {...group} class="h-options">
      {field.options?.map((option) => (
        <label key={option.value} class="h-option">
          <input
            type={many ? "checkbox" : "radio"}
            name={name}
            checked={chosen.includes(option.value)}
            {...(many && problem ? { "aria-invalid": true } : {})}
            onChange={(event) => pick(option.value, event.currentTarget.checked)}
          />
          <span class={many ? "h-box" : "h-box h-round"} aria-hidden="true">
            {many && <Check size={14} strokeWidth={3} />}
          </span>
          <span dir="auto">{option.label}</span>
        </label>
      ))}
    </div>
  );
}

function Tick({ field, value, problem, onValue, described, label }: ControlProps) {
  return (
    <label class="h-option">
      <input
        {...described}
        type="checkbox"
        checked={value === true}
        required={field.required}
        aria-invalid={problem !== null}
        onChange={(event) => onValue(event.currentTarget.checked)}
      />
      <span class="h-box" aria-hidden="true">
        <Check size={14} strokeWidth={3} />
      </span>
      <span dir="auto">{label}</span>
    </label>
  );
}

function Rating({ field, name, value, problem, onValue, described }: ControlProps) {
  const { t } = useAround();
  const scale = field.scale ?? MOST_STARS;
  const stars = scale <= MOST_STARS;
  return (
    <div
      {...described}
      class={stars ? "h-stars" : "h-numbers"}
      style={{ "--columns": String(scale <= ONE_ROW ? scale : Math.ceil(scale / 2)) }}
      role="radiogroup"
      aria-labelledby={`${name}-label`}
      aria-required={field.required}
      aria-invalid={problem !== null}
    >
      {Array.from({ length: scale }, (_, index) => index + 1).map((step) => (
        <label key={step} class={typeof value === "number" && (stars ? step <= value : step === value) ? "h-lit" : ""}>
          <input
            type="radio"
            name={name}
            checked={value === step}
            aria-label={t("rating_value", { value: step, scale })}
            onChange={() => onValue(step)}
          />
          {stars ? <Star size={32} strokeWidth={1.5} aria-hidden="true" /> : <span aria-hidden="true">{step}</span>}
        </label>
      ))}
    </div>
  );
}
