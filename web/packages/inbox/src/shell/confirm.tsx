import { Button, Dialog } from "@halloo/ui";
import type { ComponentChildren } from "preact";
import { t } from "../i18n.ts";

/** Asks before something is lost, and says what. */
export function Confirm(props: {
  open: boolean;
  onClose: () => void;
  title: string;
  text: string;
  action: string;
  onConfirm: () => void;
  /** What else is to be decided. */
  children?: ComponentChildren;
}) {
  return (
    <Dialog
      open={props.open}
      onClose={props.onClose}
      title={props.title}
      closeLabel={t("close")}
      size="small"
      footer={
        <>
          <Button onClick={props.onClose} data-autofocus>
            {t("cancel")}
          </Button>
          <Button
            kind="danger"
            onClick={() => {
              props.onClose();
              props.onConfirm();
            }}
          >
            {props.action}
          </Button>
        </>
      }
    >
      <p class="in-confirm-text">{props.text}</p>
      {props.children}
    </Dialog>
  );
}
