/** Where the inbox begins. */
import "./styles/fonts.css";
import "@halloo/ui/tokens.css";
import "@halloo/ui/ui.css";
import "./styles/inbox.css";
import "./styles/door.css";
import "./styles/shell.css";
import "./styles/list.css";
import "./styles/thread.css";
import "./styles/composer.css";
import "./styles/panel.css";
import "./styles/pages.css";
import "./styles/settings.css";
import "./styles/builder.css";
import "./styles/satisfaction.css";
import "./styles/status.css";
import "./styles/visitors.css";
import "./styles/overlays.css";
import "./styles/widths.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { client } from "./data/query.ts";
import { speakLanguage } from "./i18n.ts";
import { storage } from "./live/browser.ts";
import { startSound } from "./live/sound.ts";
import { startRouter } from "./router.ts";
import { applyTheme } from "./shell/theme.ts";

applyTheme();
startRouter();
startSound();
client.mount();
const root = document.getElementById("inbox");
void speakLanguage(storage.get("halloo.locale")).then(() => {
  if (root) render(<App />, root);
});
