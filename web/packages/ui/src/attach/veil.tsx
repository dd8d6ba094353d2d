/** What covers the chat while files hang over it. */
import { Paperclip } from "lucide-preact";
import "../styles/attach.css";

/** Covers its positioned parent. */
export function DropVeil({ text }: { text: string }) {
  return (
    <div class="u-drop" aria-hidden="true">
      <div class="u-drop-card">
        <Paperclip size={28} strokeWidth={1.75} />
        <span>{text}</span>
      </div>
    </div>
  );
}
