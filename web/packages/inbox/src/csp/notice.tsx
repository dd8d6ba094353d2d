/** The line above the inbox that says that a page's policy blocks the chat, for those who can do something about it. */
import { t } from "../i18n.ts";
import { go, useRoute } from "../router.ts";
import { StandingNotice } from "../shell/standing-notice.tsx";
import { useBlockedPages } from "./trouble.ts";

export function CspNotice() {
  const route = useRoute();
  return (
    <StandingNotice
      kept="halloo.csp.seen"
      troubles={useBlockedPages()}
      markOf={({ group }) => group.id}
      wordsOf={(left) => {
        const pages = new Set(left.map(({ group }) => group.page));
        return pages.size > 1
          ? t("csp_notice_several", { count: pages.size })
          : t("csp_notice", { page: left[0].group.page });
      }}
      onLook={(left) => go({ page: "widgets", id: left[0].widget, section: "csp" })}
      there={route.page === "widgets" && route.section === "csp"}
    />
  );
}
