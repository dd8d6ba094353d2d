/** Headers of one's own that each call carries. */
import { Button, IconButton, TextField } from "@halloo/ui";
import { Plus, Trash } from "lucide-preact";
import { t } from "../i18n.ts";
import { headerTrouble } from "./model.ts";

const MOST = 10;

export type Pair = readonly [name: string, value: string];

interface HeadersFieldProps {
  readonly pairs: readonly Pair[];
  readonly onPairs: (pairs: Pair[]) => void;
  readonly disabled: boolean;
  /** Whether what is wrong is said of empty ones, too. */
  readonly strict: boolean;
  readonly error?: string | undefined;
}

export function HeadersField({ pairs, onPairs, disabled, strict, error }: HeadersFieldProps) {
  const put = (index: number, pair: Pair) => onPairs(pairs.map((one, at) => (at === index ? pair : one)));
  return (
    <fieldset class="in-block in-hook-headers">
      <legend class="ui-label">{t("hooks_headers")}</legend>
      <p class="ui-about">{t("hooks_headers_hint")}</p>
      {pairs.map(([name, value], index) => {
        const blank = name === "" && value === "";
        const wrong = blank && !strict ? null : headerTrouble(name, value);
        const half = !strict && (name === "" || value === "");
        return (
          <div key={index} class="in-hook-header">
            <TextField
              quiet
              label={t("hooks_header_name", { number: index + 1 })}
              placeholder="X-Api-Key"
              dir="ltr"
              autocomplete="off"
              spellcheck={false}
              maxLength={100}
              disabled={disabled}
              value={name}
              onValue={(next) => put(index, [next, value])}
              error={
                wrong && wrong !== "header_value" && !half
                  ? t(wrong === "header_forbidden" ? "hooks_header_forbidden" : "hooks_header_name_bad")
                  : undefined
              }
            />
            <TextField
              quiet
              label={t("hooks_header_value", { number: index + 1 })}
              placeholder={t("hooks_header_value_hint")}
              dir="ltr"
              autocomplete="off"
              spellcheck={false}
              maxLength={1024}
              disabled={disabled}
              value={value}
              onValue={(next) => put(index, [name, next])}
              error={wrong === "header_value" && !half ? t("hooks_header_value_bad") : undefined}
            />
            <IconButton
              label={t("remove_named", { name: name || String(index + 1) })}
              icon={<Trash size={18} />}
              disabled={disabled}
              onClick={() => onPairs(pairs.filter((_, at) => at !== index))}
            />
          </div>
        );
      })}
      {error && <p class="ui-about ui-error">{error}</p>}
      {pairs.length < MOST && !disabled && (
        <div>
          <Button size="small" icon={<Plus size={16} />} onClick={() => onPairs([...pairs, ["", ""]])}>
            {t("hooks_header_add")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
