import { Button, Segmented, Select, Switch, TextField, toast } from "@halloo/ui";
import { Monitor, Moon, Sun } from "lucide-preact";
import { useEffect, useState } from "preact/hooks";
import { call } from "../data/api.ts";
import type { MeView } from "../data/types.ts";
import { LANGUAGE_NAMES, LANGUAGES, speakLanguage, t } from "../i18n.ts";
import { storage } from "../live/browser.ts";
import { chime, setSound } from "../live/sound.ts";
import { Confirm } from "../shell/confirm.tsx";
import { patchMe } from "../shell/rail.tsx";
import { signOut } from "../shell/sign-out.ts";
import { applyTheme } from "../shell/theme.ts";
import { PASSWORD_LEAST } from "../sign/join.tsx";
import { Card, Save, Title, useSaving } from "./card.tsx";
import { OwnPicture } from "./picture.tsx";

export function Profile({ me }: { me: MeView }) {
  const operator = me.operator;
  if (!operator) return null;
  return (
    <>
      <Title title={t("your_profile")} text={t("profile_text")} />
      <Name me={me} />
      <Screen me={me} />
      <Password />
      <Sessions />
    </>
  );
}

function Name({ me }: { me: MeView }) {
  const before = me.operator?.name ?? "";
  const [name, setName] = useState(before);
  const saving = useSaving();
  useEffect(() => setName(before), [before]);
  const dirty = name.trim() !== before && name.trim() !== "";
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void saving.run(async () => {
          if (!(await patchMe({ name: name.trim() }))) throw new Error(t("not_saved"));
        });
      }}
    >
      <Card footer={<Save dirty={dirty} {...saving} />}>
        <OwnPicture me={me} />
        <TextField
          label={t("your_name")}
          hint={t("your_name_hint")}
          value={name}
          onValue={setName}
          maxLength={80}
          autocomplete="name"
        />
      </Card>
    </form>
  );
}

function Screen({ me }: { me: MeView }) {
  return (
    <Card title={t("this_inbox")} text={t("saved_at_once")}>
      <div class="ui-field">
        <span class="ui-label" id="theme-label">
          {t("theme")}
        </span>
        <Segmented
          label={t("theme")}
          value={me.theme}
          onChoose={(theme) => {
            applyTheme(theme);
            void patchMe({ theme });
          }}
          choices={[
            { id: "system", label: t("system"), icon: <Monitor size={16} /> },
            { id: "light", label: t("light"), icon: <Sun size={16} /> },
            { id: "dark", label: t("dark"), icon: <Moon size={16} /> },
          ]}
        />
      </div>
      <Select
        label={t("language")}
        value={me.locale ?? "auto"}
        options={[
          { id: "auto", label: t("as_browser") },
          ...LANGUAGES.map((id) => ({ id, label: LANGUAGE_NAMES[id] })),
        ]}
        onValue={(id) => {
          const locale = id === "auto" ? null : id;
          storage.set("halloo.locale", locale);
          void speakLanguage(locale);
          void patchMe({ locale });
        }}
      />
      <Switch
        label={t("sound")}
        hint={t("sound_hint")}
        checked={me.sound}
        onChecked={(sound) => {
          setSound(sound);
          if (sound) chime(true);
          void patchMe({ sound });
        }}
      />
    </Card>
  );
}

function Password() {
  const [now, setNow] = useState("");
  const [next, setNext] = useState("");
  const saving = useSaving();
  const short = next !== "" && next.length < PASSWORD_LEAST;
  const submit = async (event: Event) => {
    event.preventDefault();
    const done = await saving.run(() => call("POST", "/me/password", { current_password: now, new_password: next }));
    if (!done) return;
    setNow("");
    setNext("");
    toast({ text: t("password_changed"), tone: "good" });
  };
  return (
    <form noValidate onSubmit={submit}>
      <Card
        title={t("password")}
        text={t("password_text")}
        footer={<Save dirty={now !== "" && next !== ""} disabled={short} {...saving} />}
      >
        <TextField
          label={t("current_password")}
          type="password"
          autocomplete="current-password"
          value={now}
          onValue={setNow}
        />
        <TextField
          label={t("new_password")}
          type="password"
          autocomplete="new-password"
          value={next}
          onValue={setNext}
          hint={t("password_hint", { count: PASSWORD_LEAST })}
          error={short ? t("password_short", { count: PASSWORD_LEAST }) : undefined}
        />
      </Card>
    </form>
  );
}

function Sessions() {
  const [asking, setAsking] = useState(false);
  return (
    <Card title={t("sessions")} text={t("sessions_text")}>
      <div>
        <Button onClick={() => setAsking(true)}>{t("sign_out_everywhere")}</Button>
      </div>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("sign_out_everywhere")}
        text={t("sign_out_everywhere_text")}
        action={t("sign_out_everywhere")}
        onConfirm={() => void signOut(true)}
      />
    </Card>
  );
}
