/** Handing in the form before a conversation. Apart from the engine: nobody needs it before the chat is open. */
import { Refusal } from "@halloo/core";
import type { Public } from "@halloo/wire";
import type { Engine, Fields } from "./engine.ts";
import { fieldOf } from "./forms.ts";

/** Hands the form in; what waited for it goes on. Rejects with the server's refusal. */
export async function submitForm(engine: Engine, fields: Fields, trap = ""): Promise<void> {
  const form = () => engine.record.config.v1.pre_conversation_form;
  const asked = form()?.fields ?? [];
  let who = engine.state.me?.id;
  let accepted: Fields | null = null;
  try {
    const answer = await engine.asVisitor(() => {
      who = engine.state.me?.id;
      return engine.ask<Public.FieldsAccepted>("POST", "/pre-conversation-form", {
        fields,
        ...(trap ? { website: trap } : {}),
      });
    });
    // Another visitor meanwhile: these answers are not theirs.
    if (who !== engine.state.me?.id) return;
    accepted = answer.fields;
  } catch (error) {
    // The form is another one by now, or there is none any more.
    if (!(error instanceof Refusal) || error.passing || asked.some(({ id }) => id === fieldOf(error))) throw error;
    await engine.reread();
    if (form()) throw error;
  }
  const { me } = engine.state;
  const address = asked.find(({ maps_to }) => maps_to === "email");
  const email = address && fields[address.id];
  if (me && !me.email && typeof email === "string") engine.update({ me: { ...me, email } });
  engine.form.done(accepted);
}
