/** Who may write here has to be known: the page has to say who it is. */
import { LockKeyhole } from "lucide-preact";
import { useAround } from "./hooks.ts";

export function SignIn() {
  const { t } = useAround();
  return (
    <section class="h-sorry h-sign-in" role="status">
      <span class="h-medal">
        <LockKeyhole size={26} strokeWidth={1.75} aria-hidden="true" />
      </span>
      <h2>{t("signin_title")}</h2>
      <p>{t("signin_text")}</p>
    </section>
  );
}
