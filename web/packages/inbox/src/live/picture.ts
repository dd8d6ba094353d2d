/** An operator's own picture on its way to the server. */
import { OFFLINE, Refusal } from "@halloo/core/refusal.ts";
import { call } from "../data/api.ts";
import type { MeView, UploadOpened } from "../data/types.ts";

/** Brings a picture and shows oneself with it. Throws the `Refusal` of whatever the server does not take. */
export async function uploadPicture(file: File): Promise<MeView> {
  if (file.size < 1) throw new Refusal("file_empty");
  const { upload_id, put } = await call<UploadOpened>("POST", "/uploads", {
    name: file.name,
    size: file.size,
    type: file.type,
    purpose: "avatar",
  });
  await bring(file, put);
  return call<MeView>("PUT", "/me/avatar", { upload_id });
}

async function bring(file: File, put: UploadOpened["put"]): Promise<void> {
  const answer = await fetch(put.url, { method: "PUT", headers: put.headers, body: file }).catch(() => {
    throw new Refusal(OFFLINE);
  });
  if (answer.ok) return;
  const said = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
  throw new Refusal(
    typeof said["error"] === "string" ? said["error"] : "bad_answer",
    typeof said["message"] === "string" ? said["message"] : `HTTP ${answer.status}`,
    answer.status,
    (said["details"] ?? {}) as Record<string, unknown>,
  );
}
