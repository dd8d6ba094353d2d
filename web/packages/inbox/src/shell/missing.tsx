import { Empty } from "@halloo/ui";
import { t } from "../i18n.ts";
import { Link } from "./link.tsx";
import { INBOX } from "./rail.tsx";

/** An address that leads nowhere. */
export function Missing() {
  return (
    <div class="in-middle">
      <Empty
        drawing="search"
        title={t("missing_title")}
        text={t("missing_text")}
        action={
          <Link to={INBOX} class="ui-button ui-plain ui-normal">
            {t("back_to_inbox")}
          </Link>
        }
      />
    </div>
  );
}
