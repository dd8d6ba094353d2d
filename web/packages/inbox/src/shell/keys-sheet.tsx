import { Dialog, Kbd } from "@halloo/ui";
import { useStore } from "../data/store.ts";
import { t } from "../i18n.ts";
import { commands, type Section } from "../keys/commands.ts";
import { overlays } from "./overlays.ts";

export const SECTIONS: readonly Section[] = ["conversation", "list", "go", "create", "self"];

/** The keys of what is on the screen, and those of the composer. */
export function KeysSheet() {
  const all = useStore(commands).filter((command) => command.keys !== undefined);
  const composer = [
    [t("key_send"), "Enter"],
    [t("key_break"), "Shift+Enter"],
    [t("key_send_resolve"), "Mod+Enter"],
    [t("key_leave"), "Esc"],
    [t("key_canned"), "/"],
    [t("key_mention"), "@"],
    [t("key_emoji"), ":"],
  ] as const;
  return (
    <Dialog
      open
      onClose={() => overlays.set(null)}
      title={t("keyboard_shortcuts")}
      closeLabel={t("close")}
      size="large"
    >
      <div class="in-keys">
        {SECTIONS.map((section) => {
          const mine = all.filter((command) => command.section === section);
          if (mine.length === 0) return null;
          return (
            <section key={section}>
              <h3>{t(`section_${section}`)}</h3>
              <dl>
                {mine.map((command) => (
                  <div key={command.id}>
                    <dt>{command.label}</dt>
                    <dd>
                      <Keys keys={command.keys ?? ""} />
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          );
        })}
        <section>
          <h3>{t("section_composer")}</h3>
          <dl>
            {composer.map(([label, keys]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>
                  <Kbd keys={keys} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
    </Dialog>
  );
}

/** A binding as one reads it: `g i` is two presses. */
export function Keys({ keys }: { keys: string }) {
  return (
    <span class="in-pair">
      {keys.split(" ").map((key) => (
        <Kbd
          key={key}
          keys={
            key.length === 1
              ? key.toUpperCase()
              : key.replace(/\+(\w)$/, (_, letter: string) => `+${letter.toUpperCase()}`)
          }
        />
      ))}
    </span>
  );
}
