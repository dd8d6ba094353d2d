/** *Content security* of a widget: how the allowed pages are, what to add, the doctor, and what browsers report. */
import "../styles/csp.css";
import { useRef, useState } from "preact/hooks";
import { useCan } from "../data/queries.ts";
import type { WidgetView } from "../data/types.ts";
import { Checks } from "./checks.tsx";
import { Doctor } from "./doctor.tsx";
import { Reports } from "./reports.tsx";
import { Snippets } from "./snippets.tsx";

export function ContentSecurity({ widget }: { widget: WidgetView }) {
  const may = useCan("web_widgets:manage");
  const [report, setReport] = useState(false);
  const lines = useRef<HTMLDivElement>(null);
  const askForReports = () => {
    setReport(true);
    lines.current?.scrollIntoView({ behavior: "smooth", block: "start" });
    lines.current?.focus({ preventScroll: true });
  };
  return (
    <>
      <Checks widget={widget} may={may} />
      <Reports widget={widget} may={may} onAsk={askForReports} />
      <div ref={lines} tabIndex={-1} class="in-csp-lines">
        <Snippets widget={widget} report={report} onReport={setReport} />
      </div>
      {may && <Doctor widget={widget} />}
    </>
  );
}
