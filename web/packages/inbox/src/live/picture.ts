/** An operator's own picture on its way to the server. */
import { carryByXhr } from "@halloo/core/carry.ts";
import { Refusal } from "@halloo/core/refusal.ts";
import { localRefusal, type Refuse } from "@halloo/core/upload-rules.ts";
import { bring } from "@halloo/core/upload-steps.ts";
import { call } from "../data/api.ts";
import type { MeView, UploadOpened } from "../data/types.ts";
import { clock } from "./browser.ts";

const RULES = { maxBytes: Number.MAX_SAFE_INTEGER, kinds: ["image"], most: 1 } as const;
const refuse: Refuse = (...given) => new Refusal(...given);

/**
 * Brings a picture and shows oneself with it; `onShare` is told how much of it left the browser, from 0 to 1. Throws the `Refusal` of
 * whatever the server does not take, and when `signal` aborts.
 */
export async function uploadPicture(
  file: File,
  signal: AbortSignal,
  onShare: (share: number) => void,
): Promise<MeView> {
  const wrong = localRefusal(file, "file", RULES, refuse);
  if (wrong) throw wrong;
  let uploadId = "";
  await bring(file, signal, {
    refuse,
    clock,
    carry: carryByXhr,
    open: () =>
      call<UploadOpened>("POST", "/uploads", { name: file.name, size: file.size, type: file.type, purpose: "avatar" }),
    target: null,
    onTarget: (target) => {
      uploadId = target?.upload_id ?? "";
    },
    onSent: (bytes) => onShare(bytes / file.size),
    onSure: () => {},
  });
  return call<MeView>("PUT", "/me/avatar", { upload_id: uploadId });
}
