/** The same code in several languages, one of them shown, to be copied. */
import { CopyField, TabPanel, Tabs } from "@halloo/ui";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";

interface CodeTabsProps<Language extends string> {
  readonly id: string;
  readonly label: string;
  readonly names: Readonly<Record<Language, string>>;
  readonly languages: readonly [Language, ...Language[]];
  readonly codeOf: (language: Language) => string;
}

export function CodeTabs<Language extends string>({ id, label, names, languages, codeOf }: CodeTabsProps<Language>) {
  const [language, setLanguage] = useState<Language>(languages[0]);
  return (
    <div class="in-block">
      <span class="ui-label">{label}</span>
      <Tabs
        id={id}
        label={label}
        class="in-line-tabs"
        value={language}
        onChoose={setLanguage}
        choices={languages.map((one) => ({ id: one, label: names[one] }))}
      />
      <TabPanel id={id} value={language}>
        <CopyField
          block
          label={names[language]}
          text={codeOf(language)}
          copyLabel={t("copy")}
          copiedLabel={t("copied")}
        />
      </TabPanel>
    </div>
  );
}
