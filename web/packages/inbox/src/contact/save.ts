import { complain } from "../data/actions.ts";
import { call } from "../data/api.ts";
import { findRow, putRow } from "../data/facts.ts";
import { keys } from "../data/keys.ts";
import { client } from "../data/query.ts";
import type { ContactPatch, ContactView, RowList } from "../data/types.ts";

/** Shows a contact's new state wherever it is cached. */
function spread(contact: ContactView): void {
  client.setQueryData(keys.contact(contact.id), contact);
  const ids = new Set<string>();
  for (const [, list] of client.getQueriesData<RowList>({ queryKey: keys.lists })) {
    for (const row of list?.rows ?? []) if (row.contact.id === contact.id) ids.add(row.id);
  }
  for (const query of client.getQueryCache().findAll({ queryKey: ["conversation"] })) {
    const view = query.state.data as { id: string; contact: ContactView } | undefined;
    if (view?.contact.id === contact.id) ids.add(view.id);
  }
  for (const id of ids) {
    const row = findRow(id);
    if (row) putRow({ ...row, contact: { ...row.contact, ...contact } });
  }
}

/** Changes a contact; false where the server refused. */
export async function saveContact(contact: ContactView, patch: ContactPatch): Promise<boolean> {
  spread({ ...contact, ...patch });
  try {
    spread(await call<ContactView>("PATCH", `/contacts/${contact.id}`, patch));
    void client.invalidateQueries({ queryKey: ["contacts"] });
    return true;
  } catch (error) {
    spread(contact);
    complain(error);
    return false;
  }
}

/** Empty fields are null on the wire. */
export const orNull = (text: string): string | null => (text === "" ? null : text);
