/** What the visitor thinks of a conversation. Apart from the engine: nobody needs it before the chat is open. */
import { codeOf } from "@halloo/core";
import type { Engine, Fields } from "./engine.ts";

/** Hands feedback in. Rejects where the visitor has to do something about it; where it is settled already the screen follows. */
export async function giveFeedback(engine: Engine, id: string, fields: Fields): Promise<void> {
  try {
    await engine.ask("POST", `/conversations/${id}/feedback`, { fields });
    engine.patch(id, { feedback: "given" });
  } catch (error) {
    switch (codeOf(error)) {
      case "feedback_exists":
        engine.patch(id, { feedback: "given" });
        break;
      case "conversation_open":
      case "feedback_off":
        // Opened again: it is asked for when it ends the next time. Or nobody wants to know any more.
        engine.patch(id, { feedback: "none" });
        break;
      default:
        throw error;
    }
  }
}
