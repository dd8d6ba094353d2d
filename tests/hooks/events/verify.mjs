// Checks requests of web hooks with the libraries that receivers use, as they are published. Reads and writes JSON.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(process.argv[2]);
const { Crisp } = require("crisp-api");
const { Webhook } = require("standardwebhooks");

const client = new Crisp();
client.setRtmMode(Crisp.RTM_MODES.WebHooks);
await client.on("message:send", () => {});

const standard = ({ secret, body, headers }) => {
  try {
    return JSON.stringify(new Webhook(secret).verify(body, headers)) === body;
  } catch (error) {
    if (error.name !== "WebhookVerificationError" && error.name !== "SyntaxError") throw error;
    return false;
  }
};

/** As its manual has it: the parsed body, and the headers as they came. */
const crisp = ({ secret, body, headers, signature }) => {
  try {
    const parsed = JSON.parse(body);
    if (!client.verifyHook(secret, parsed, headers["x-crisp-request-timestamp"], headers[signature])) return false;
    return client.receiveHook(parsed) === null;
  } catch (error) {
    if (error.name !== "SyntaxError") throw error;
    return false;
  }
};

const asked = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map((one) => ({ crisp: crisp(one), standard: standard(one) }))));
