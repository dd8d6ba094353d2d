/** One field opened: what it asks, how it is answered, and what its answer fills. */
import { Select, Switch, TextField } from "@halloo/ui";
import { t } from "../../i18n.ts";
import { NumberField } from "../number-field.tsx";
import type { BuilderProps } from "./builder.tsx";
import {
  asType,
  DEFAULT_LENGTH,
  DEFAULT_SCALE,
  FIELD_TYPES,
  type FieldType,
  type FormField,
  type FormKind,
  hasOptions,
  hasPlaceholder,
  idFrom,
  LIMITS,
  MAPS,
  type Maps,
} from "./model.ts";
import { Options } from "./options.tsx";
import { optionName } from "./templates.ts";

interface FieldEditorProps {
  kind: FormKind;
  field: FormField;
  others: readonly FormField[];
  /** The stored field of the same id. */
  known: FormField | undefined;
  at: string;
  error: BuilderProps["error"];
  onChange: (field: FormField) => void;
}

export function FieldEditor(props: FieldEditorProps) {
  const { kind, field, others, known, at, error, onChange } = props;
  const taken = others.map((one) => one.id);
  const relabel = (label: string) => {
    // Until it is saved, the id says what the label says; afterwards answers are known by it.
    const follows = known === undefined && field.id === idFrom(field.label, field.type, taken);
    onChange({ ...field, label, id: follows ? idFrom(label, field.type, taken) : field.id });
  };
  return (
    <div class="in-field-body">
      <div class="in-grid">
        <TextField
          label={t("form_label")}
          value={field.label}
          maxLength={LIMITS.label}
          onValue={relabel}
          error={error(`${at}.label`)}
        />
        <Select
          label={t("form_type")}
          value={field.type}
          options={FIELD_TYPES.map((type) => ({ id: type, label: t(`field_${type}`) }))}
          onValue={(type) => onChange(asType(field, type as FieldType, optionName))}
          error={error(`${at}.type`)}
        />
        <TextField
          label={t("form_help")}
          value={field.help ?? ""}
          maxLength={LIMITS.help}
          onValue={(help) => onChange({ ...field, help })}
          error={error(`${at}.help`)}
        />
        {hasPlaceholder(field.type) && (
          <TextField
            label={t("form_placeholder")}
            value={field.placeholder ?? ""}
            maxLength={LIMITS.placeholder}
            onValue={(placeholder) => onChange({ ...field, placeholder })}
            error={error(`${at}.placeholder`)}
          />
        )}
        <Own {...props} />
      </div>
      {hasOptions(field.type) && (
        <Options
          type={field.type}
          options={field.options ?? []}
          known={known?.options ?? []}
          at={`${at}.options`}
          error={error}
          onOptions={(options) => onChange({ ...field, options })}
        />
      )}
      <div class="in-grid">
        {kind === "pre" && (
          <Select
            label={t("form_maps_to")}
            hint={t("form_maps_to_hint")}
            value={field.maps_to ?? ""}
            options={[{ id: "", label: t("form_maps_nothing") }, ...MAPS.map((id) => ({ id, label: t(id) }))]}
            onValue={(id) => onChange({ ...field, maps_to: id === "" ? null : (id as Maps) })}
            error={error(`${at}.maps_to`)}
          />
        )}
        <TextField
          label={t("form_id")}
          hint={t(known ? "form_id_hint_known" : "form_id_hint")}
          dir="ltr"
          spellcheck={false}
          autocomplete="off"
          value={field.id}
          maxLength={LIMITS.id}
          onValue={(id) => onChange({ ...field, id: id.toLowerCase() })}
          error={error(`${at}.id`)}
        />
      </div>
      <Switch
        label={t("required")}
        hint={field.type === "checkbox" ? t("required_checkbox_hint") : undefined}
        checked={field.required ?? false}
        onChecked={(required) => onChange({ ...field, required })}
      />
    </div>
  );
}

/** The settings of one type alone. */
function Own({ field, at, error, onChange }: FieldEditorProps) {
  switch (field.type) {
    case "text":
    case "textarea":
      return (
        <NumberField
          label={t("form_max_length")}
          value={field.max_length ?? DEFAULT_LENGTH[field.type]}
          low={1}
          high={LIMITS.length}
          onValue={(value) => value !== null && onChange({ ...field, max_length: value })}
          error={error(`${at}.max_length`)}
        />
      );
    case "number":
      return (
        <>
          {(["min", "max"] as const).map((part) => (
            <NumberField
              key={part}
              label={t(`form_${part}`)}
              any
              optional
              value={field[part] ?? null}
              onValue={(value) => onChange({ ...field, [part]: value })}
              error={error(`${at}.${part}`)}
            />
          ))}
        </>
      );
    case "rating":
      return (
        <NumberField
          label={t("form_scale")}
          value={field.scale ?? DEFAULT_SCALE}
          low={LIMITS.scale[0]}
          high={LIMITS.scale[1]}
          onValue={(value) => value !== null && onChange({ ...field, scale: value })}
          error={error(`${at}.scale`)}
        />
      );
    case "email":
    case "phone":
    case "select":
    case "radio":
    case "checkbox":
      return null;
    default:
      return field.type satisfies never;
  }
}
