/* The shop: three products, a detail dialog with its own address, a cart and an account that the browser remembers. */

const POTS = [
  {
    id: "morning-mug",
    art: "mug",
    name: "Morning mug",
    price: 34,
    line: "Holds 300 ml and both hands",
    story:
      "A little wider than it needs to be, so that the coffee cools to the right warmth while you look out of the window.",
    facts: { Holds: "300 ml", Height: "9.5 cm", Clay: "Dark stoneware", "Safe in": "Dishwasher, microwave" },
    glaze: "ember",
  },
  {
    id: "long-vase",
    art: "vase",
    name: "Long vase",
    price: 78,
    line: "For three stems, not thirty",
    story:
      "The narrow neck holds a few dry grasses upright and lets a single branch lean. It holds water, so fresh flowers are welcome too.",
    facts: { Height: "28 cm", Neck: "3.4 cm", Clay: "Dark stoneware", "Safe in": "Rain, sun, light frost" },
    glaze: "celadon",
  },
  {
    id: "wide-bowl",
    art: "bowl",
    name: "Wide bowl",
    price: 56,
    line: "Salad for four, or one lemon",
    story: "The glaze runs together at the bottom into a small dark pool. No two pools are alike, and none can be ordered.",
    facts: { Across: "24 cm", Height: "9 cm", Clay: "Dark stoneware", "Safe in": "Dishwasher, oven to 180 °C" },
    glaze: "oat",
  },
];
const GLAZES = { celadon: "Celadon", oat: "Oat", cobalt: "Cobalt", ember: "Ember" };
const KEY = "kiln-and-clay-cart";
const ACCOUNT_KEY = "kiln-and-clay-account";

const find = (selector, within = document) => within.querySelector(selector);
const money = (euros) => new Intl.NumberFormat("en", { style: "currency", currency: "EUR", minimumFractionDigits: 0 }).format(euros);
const pot = (id) => POTS.find((one) => one.id === id);

function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function dress(svg, art, glaze) {
  find("use", svg).setAttribute("href", `#${art}`);
  svg.setAttribute("class", `glaze-${glaze}`);
}

/* The cart */

let cart = read();

function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((line) => pot(line.id) && line.glaze in GLAZES && line.count > 0) : [];
  } catch {
    return [];
  }
}

function change(id, glaze, by) {
  const line = cart.find((one) => one.id === id && one.glaze === glaze);
  if (line) line.count = Math.min(99, line.count + by);
  else if (by > 0) cart.push({ id, glaze, count: by });
  cart = cart.filter((one) => one.count > 0);
  try {
    localStorage.setItem(KEY, JSON.stringify(cart));
  } catch {
    // The cart lives as long as the page then.
  }
  drawCart();
}

function drawCart() {
  const count = cart.reduce((sum, line) => sum + line.count, 0);
  const badge = find(".count");
  badge.textContent = String(count);
  badge.hidden = count === 0;
  find(".cart-button").setAttribute("aria-label", count === 1 ? "Cart, 1 piece" : `Cart, ${count} pieces`);
  find(".cart .empty").hidden = count > 0;
  find(".cart-foot").hidden = count === 0;
  find(".cart ul").replaceChildren(...cart.map(drawLine));
  find(".sum strong").textContent = money(cart.reduce((sum, line) => sum + line.count * pot(line.id).price, 0));
}

function drawLine(line) {
  const { name, art, price } = pot(line.id);
  const row = find("#row").content.firstElementChild.cloneNode(true);
  dress(find("svg", row), art, line.glaze);
  find("strong", row).textContent = name;
  find(".row-text span", row).textContent = GLAZES[line.glaze];
  find("output", row).textContent = String(line.count);
  find(".price", row).textContent = money(line.count * price);
  for (const button of row.querySelectorAll("[data-step]")) {
    const by = Number(button.dataset.step);
    button.setAttribute("aria-label", `${by > 0 ? "One more" : "One fewer"}: ${name}, ${GLAZES[line.glaze]}`);
    button.addEventListener("click", () => change(line.id, line.glaze, by));
  }
  return row;
}

/* The account: one customer, no password. The shop's server signs who she is, and the page hands that to the chat. */

window.halloo = window.halloo || [];
const account = find("[data-account]");
const said = find(".said");
let signedIn = remembered();
let saying = 0;

function remembered() {
  try {
    return localStorage.getItem(ACCOUNT_KEY) === "mary";
  } catch {
    return false;
  }
}

function remember() {
  try {
    if (signedIn) localStorage.setItem(ACCOUNT_KEY, "mary");
    else localStorage.removeItem(ACCOUNT_KEY);
  } catch {
    // The account lives as long as the page then.
  }
}

function drawAccount() {
  find("span", account).textContent = signedIn ? "Mary · Sign out" : "Sign in as Mary";
  account.toggleAttribute("data-in", signedIn);
}

function say(text) {
  clearTimeout(saying);
  said.hidden = false;
  said.textContent = text;
  saying = setTimeout(() => {
    said.hidden = true;
  }, 5000);
}

async function introduce() {
  const answer = await fetch("/chat-token", { method: "POST" });
  if (!answer.ok || !signedIn) return;
  window.halloo.push(["identify", (await answer.json()).token]);
}

async function toggleAccount() {
  signedIn = !signedIn;
  remember();
  drawAccount();
  if (signedIn) {
    say("You are Mary now. Write, and the inbox shows you as verified.");
    await introduce();
  } else {
    window.halloo.push(["reset"]);
    say("You are signed out. The chat has forgotten Mary.");
  }
}

const offline = () => say("The shop does not answer. Is the demo still running?");
account.addEventListener("click", () => toggleAccount().catch(offline));
addEventListener("storage", (event) => {
  if (event.key !== ACCOUNT_KEY) return;
  signedIn = remembered();
  drawAccount();
});

/* The pots and their pages */

const detail = find("dialog.detail");
const basket = find("dialog.cart");
const shown = { id: "", glaze: "", count: 1 };

function drawCards() {
  find(".grid").replaceChildren(
    ...POTS.map((one) => {
      const card = find("#card").content.firstElementChild.cloneNode(true);
      const link = find("a", card);
      link.href = `/pots/${one.id}`;
      dress(find("svg", card), one.art, one.glaze);
      find("strong", card).textContent = one.name;
      find(".price", card).textContent = money(one.price);
      find(".line", card).textContent = one.line;
      const swatches = Object.entries(GLAZES).map(([glaze, label]) => {
        const swatch = make("button", { type: "button", className: `swatch glaze-${glaze}`, title: label });
        swatch.setAttribute("aria-label", `${one.name} in ${label}`);
        swatch.setAttribute("aria-pressed", String(glaze === one.glaze));
        swatch.addEventListener("click", () => {
          one.glaze = glaze;
          dress(find("svg", card), one.art, glaze);
          for (const other of swatches) other.setAttribute("aria-pressed", String(other === swatch));
        });
        return swatch;
      });
      find(".swatches", card).append(...swatches);
      return card;
    }),
  );
}

function drawDetail() {
  const one = pot(shown.id);
  dress(find("svg:has(use)", detail), one.art, shown.glaze);
  find("h2", detail).textContent = one.name;
  find(".price", detail).textContent = money(one.price);
  find(".story", detail).textContent = one.story;
  find("dl", detail).replaceChildren(
    ...Object.entries(one.facts).map(([name, value]) => make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: value }))),
  );
  const legend = find("legend", detail);
  find(".glazes", detail).replaceChildren(
    legend,
    ...Object.entries(GLAZES).map(([glaze, label]) => {
      const radio = make("input", { type: "radio", name: "glaze", value: glaze, checked: glaze === shown.glaze });
      radio.addEventListener("change", () => {
        shown.glaze = glaze;
        dress(find("svg:has(use)", detail), one.art, glaze);
      });
      return make("label", { className: `glaze-${glaze}` }, radio, make("span", { className: "dot" }), label);
    }),
  );
  find("output", detail).textContent = String(shown.count);
}

function show() {
  const id = location.pathname.match(/^\/pots\/([a-z-]+)$/)?.[1] ?? "";
  const one = pot(id);
  document.title = one ? `${one.name} – Kiln & Clay` : "Kiln & Clay";
  if (!one) {
    if (detail.open) detail.close();
    return;
  }
  Object.assign(shown, { id, glaze: one.glaze, count: 1 });
  drawDetail();
  if (!detail.open) detail.showModal();
}

function go(path) {
  if (path !== location.pathname) history.pushState(null, "", path);
  show();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='/pots/']");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.getAttribute("href"));
});
addEventListener("popstate", show);
detail.addEventListener("close", () => {
  if (location.pathname !== "/") go("/");
});
for (const dialog of [detail, basket]) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
for (const button of detail.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () => {
    shown.count = Math.min(12, Math.max(1, shown.count + Number(button.dataset.step)));
    find("output", detail).textContent = String(shown.count);
  });
}
find("[data-add]").addEventListener("click", () => {
  change(shown.id, shown.glaze, shown.count);
  detail.close();
  basket.showModal();
});
find("[data-open='cart']").addEventListener("click", () => basket.showModal());
find("[data-checkout]").addEventListener("click", () => {
  find(".note").textContent = "This is where a real shop would take your money. Ours is only for show.";
});
find("[data-chat]").addEventListener("click", () => {
  window.halloo.push(["open"]);
});

drawCards();
drawCart();
drawAccount();
if (signedIn) introduce().catch(offline);
show();
