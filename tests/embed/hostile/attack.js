// What the hostile pages share. Each attempt is noted with what came of it; the title says when all were made.
window.attempts = [];
const note = (what, came) => attempts.push([what, String(came)]);
const heard = [];
addEventListener("message", ({ origin, data }) => heard.push([origin, data]));

/** Status and error code of an answer, or the name of what stood in the way. */
const ask = (path, { method = "GET", body, token, ...rest } = {}) =>
  fetch(HOST + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    headers: {
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(token ? { "X-Halloo-Visitor": token } : {}),
    },
    ...rest,
  });
const attempt = (what, path, options) =>
  ask(path, options).then(
    async (answer) => {
      const json = await answer.json().catch(() => ({}));
      note(what, [answer.status, json.error, json.details?.reason].filter(Boolean).join(" "));
      return json;
    },
    (error) => note(what, error.name),
  );
const grab = (what, reach) => {
  try {
    note(what, reach());
  } catch (error) {
    note(what, error.name);
  }
};
const PUBLIC = `/core/public/web-widgets/${WIDGET}`;
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const loaded = new Promise((done) => addEventListener("load", done));
const done = () => {
  document.title = "done";
};
/** A visitor of the attacker's own, where the origin is let in. */
const ownToken = async () => {
  const guest = `guest_${crypto.randomUUID().replaceAll("-", "")}`;
  const hello = await ask(`${PUBLIC}/visitor`, { method: "POST", body: { user_id: guest, parent_origin: origin } });
  return (await hello.json()).visitor.visitor_token;
};
