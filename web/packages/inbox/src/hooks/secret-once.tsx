/** A secret, this once, with the code that takes it. */
import { Button, CopyField, Dialog, Notice, TabPanel, Tabs } from "@halloo/ui";
import { useState } from "preact/hooks";
import { t } from "../i18n.ts";
import { RECEIVER_NAMES, RECEIVERS, type Receiver, receiverCode } from "./receivers.ts";

interface SecretOnceProps {
  readonly title: string;
  readonly secret: string;
  readonly text?: string;
  readonly onClose: () => void;
}

export function SecretOnce({ title, secret, text, onClose }: SecretOnceProps) {
  return (
    <Dialog
      open
      onClose={onClose}
      size="large"
      title={title}
      closeLabel={t("close")}
      footer={
        <Button kind="primary" onClick={onClose}>
          {t("done")}
        </Button>
      }
    >
      <div class="in-form">
        {text && <p class="in-soft">{text}</p>}
        <div class="in-block">
          <span class="ui-label">{t("hooks_secret")}</span>
          <CopyField label={t("hooks_secret")} text={secret} copyLabel={t("copy")} copiedLabel={t("copied")} />
          <Notice tone="warn">{t("secret_once")}</Notice>
        </div>
        <VerifyCode secret={secret} />
      </div>
    </Dialog>
  );
}

/** Code that checks signatures; with the secret where it was just shown. */
export function VerifyCode({ secret }: { secret?: string }) {
  const [language, setLanguage] = useState<Receiver>("python");
  return (
    <div class="in-block">
      <span class="ui-label">{t("hooks_verify")}</span>
      <Tabs
        id="receiver"
        label={t("hooks_verify")}
        class="in-line-tabs"
        value={language}
        onChoose={setLanguage}
        choices={RECEIVERS.map((id) => ({ id, label: RECEIVER_NAMES[id] }))}
      />
      <TabPanel id="receiver" value={language}>
        <CopyField
          block
          label={RECEIVER_NAMES[language]}
          text={secret === undefined ? receiverCode(language) : receiverCode(language, secret)}
          copyLabel={t("copy")}
          copiedLabel={t("copied")}
        />
      </TabPanel>
    </div>
  );
}
