/** A secret, this once, with the code that takes it. */
import { Button, CopyField, Dialog, Notice } from "@halloo/ui";
import { t } from "../i18n.ts";
import { CodeTabs } from "../shell/code-tabs.tsx";
import { RECEIVER_NAMES, RECEIVERS, receiverCode } from "./receivers.ts";

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
  return (
    <CodeTabs
      id="receiver"
      label={t("hooks_verify")}
      names={RECEIVER_NAMES}
      languages={RECEIVERS}
      codeOf={(language) => (secret === undefined ? receiverCode(language) : receiverCode(language, secret))}
    />
  );
}
