/** The options of a choice: what people read, and what is stored. */
import { Button, IconButton, Notice, TextField } from "@halloo/ui";
import { ArrowDown, ArrowUp, Plus, X } from "lucide-preact";
import { t } from "../../i18n.ts";
import type { BuilderProps } from "./builder.tsx";
import { type FieldType, type FormOption, fewestOptions, LIMITS, MOST_OPTIONS, moved, valueFrom } from "./model.ts";
import { optionName } from "./templates.ts";

interface OptionsProps {
  type: FieldType;
  options: readonly FormOption[];
  /** The options as the server has them: their values do not follow their labels. */
  known: readonly FormOption[];
  at: string;
  error: BuilderProps["error"];
  onOptions: (options: readonly FormOption[]) => void;
}

export function Options({ type, options, known, at, error, onOptions }: OptionsProps) {
  const change = (index: number, option: FormOption) =>
    onOptions(options.map((one, place) => (place === index ? option : one)));
  const relabel = (index: number, option: FormOption, label: string) => {
    const taken = options.flatMap((one, place) => (place === index ? [] : [one.value]));
    const follows =
      !known.some((one) => one.value === option.value) &&
      (option.value === valueFrom(option.label, taken) || /^option_\d+$/.test(option.value));
    change(index, { label, value: follows ? valueFrom(label, taken) : option.value });
  };
  const add = () => {
    const label = optionName(options.length + 1);
    onOptions([
      ...options,
      {
        label,
        value: valueFrom(
          label,
          options.map((one) => one.value),
        ),
      },
    ]);
  };
  const few = error(at);
  return (
    <fieldset class="in-options">
      <legend class="ui-label">{t("form_options")}</legend>
      {type === "checkbox" && options.length === 0 && <p class="ui-about">{t("form_options_none")}</p>}
      {options.map((option, index) => (
        <div key={index} class="in-option">
          <TextField
            label={t("option_label", { number: index + 1 })}
            quiet
            placeholder={optionName(index + 1)}
            value={option.label}
            maxLength={LIMITS.optionLabel}
            onValue={(label) => relabel(index, option, label)}
            error={error(`${at}[${index}].label`)}
          />
          <TextField
            label={t("option_value", { number: index + 1 })}
            quiet
            class="in-option-value"
            spellcheck={false}
            value={option.value}
            maxLength={LIMITS.optionValue}
            onValue={(value) => change(index, { ...option, value })}
            error={error(`${at}[${index}].value`)}
          />
          <span class="in-option-actions">
            <IconButton
              size="small"
              label={t("move_up", { name: option.label })}
              icon={<ArrowUp size={16} />}
              disabled={index === 0}
              onClick={() => onOptions(moved(options, index, index - 1))}
            />
            <IconButton
              size="small"
              label={t("move_down", { name: option.label })}
              icon={<ArrowDown size={16} />}
              disabled={index === options.length - 1}
              onClick={() => onOptions(moved(options, index, index + 1))}
            />
            <IconButton
              size="small"
              label={t("remove_named", { name: option.label || option.value })}
              icon={<X size={16} />}
              disabled={options.length <= fewestOptions(type)}
              onClick={() => onOptions(options.filter((_, place) => place !== index))}
            />
          </span>
        </div>
      ))}
      {few && <Notice tone="bad">{few}</Notice>}
      {options.length < MOST_OPTIONS && (
        <div>
          <Button size="small" icon={<Plus size={16} />} onClick={add}>
            {t("add_option")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
