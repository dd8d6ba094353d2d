/** *Content security* of a widget: how the allowed pages are, what to add, the doctor, and what browsers report. */
import "../styles/csp.css";
import { useCan } from "../data/queries.ts";
import type { WidgetView } from "../data/types.ts";
import { Checks } from "./checks.tsx";
import { Doctor } from "./doctor.tsx";
import { Reports } from "./reports.tsx";
import { Snippets } from "./snippets.tsx";

export function ContentSecurity({ widget }: { widget: WidgetView }) {
  const may = useCan("web_widgets:manage");
  return (
    <>
      <Checks widget={widget} may={may} />
      <Snippets widget={widget} />
      {may && <Doctor widget={widget} />}
      <Reports widget={widget} may={may} />
    </>
  );
}
