// Runs before every script of a page under test: notes violations, and asks for one thing of each kind.
// It is no script of the page, so that the policy under test cannot stop it; what it asks for is under the policy.
(() => {
  const events = [];
  const seen = (event) => {
    const target = event.target && event.target.id;
    events.push({
      policy: event.originalPolicy,
      disposition: event.disposition,
      directive: event.effectiveDirective,
      blocked: event.blockedURI,
      target: typeof target === "string" ? target : "",
    });
  };
  addEventListener("securitypolicyviolation", seen, true);

  // Resolves when the element has loaded or failed; a policy that blocks is a failure, or for frames a loaded error page.
  const settled = (element, parent) =>
    new Promise((done) => {
      for (const name of ["load", "error", "loadedmetadata", "suspend"]) element.addEventListener(name, () => done(name));
      (parent || document.documentElement).append(element);
    });
  const made = (name, attributes) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) if (value) element.setAttribute(key, value);
    return element;
  };
  const caught = (work) => {
    try {
      return String(work());
    } catch (error) {
      return error.name;
    }
  };
  const socket = (url) =>
    new Promise((done) => {
      const opened = new WebSocket(url);
      opened.onopen = opened.onerror = opened.onclose = (event) => done(event.type);
    });
  const worker = (url) =>
    new Promise((done) => {
      const started = new Worker(url);
      started.onmessage = () => done("ran");
      started.onerror = () => done("error");
    });
  const script = (probe) =>
    made("script", {
      id: probe.id,
      nonce: probe.nonce,
      integrity: probe.integrity,
      crossorigin: probe.integrity ? "anonymous" : "",
      "data-import": probe.imports,
      type: probe.how,
    });
  const started = (probe) => {
    const element = script(probe);
    element.src = probe.url;
    return settled(element);
  };
  // Inline code runs at once or never; `window[id]` says which.
  const inlined = (probe) => {
    const element = script(probe);
    element.textContent = probe.code;
    document.documentElement.append(element);
    return "";
  };
  const written = (probe) => {
    const element = made("style", { id: probe.id, nonce: probe.nonce });
    element.textContent = probe.code;
    document.documentElement.append(element);
    return "";
  };
  const loaded = (url) =>
    new Promise((done) => {
      const request = new XMLHttpRequest();
      request.onloadend = (event) => done(event.type);
      request.open("GET", url);
      request.send();
    });
  const streamed = (url) =>
    new Promise((done) => {
      const source = new EventSource(url);
      source.onopen = source.onerror = (event) => {
        source.close();
        done(event.type);
      };
    });
  const connected = {
    "": (url) => (/^wss?:/.test(url) ? socket(url) : fetch(url, { mode: "no-cors" }).then(() => "load")),
    xhr: loaded,
    beacon: (url) => navigator.sendBeacon(url, "x"),
    eventsource: streamed,
  };
  const attributed = (probe, name) => {
    const element = made("p", { id: probe.id });
    document.documentElement.append(element);
    element.setAttribute(name, probe.code);
    element.click();
    return "";
  };
  const followed = (probe) => {
    const element = made("a", { id: probe.id, href: `javascript:${probe.code}` });
    document.documentElement.append(element);
    element.click();
    return new Promise((done) => setTimeout(done, 20));
  };
  const MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
  const kinds = {
    script: (probe) => (probe.inline ? inlined(probe) : started(probe)),
    "script-attr": (probe) => attributed(probe, "onclick"),
    "style-attr": (probe) => attributed(probe, "style"),
    style: (probe) =>
      probe.inline ? written(probe) : settled(made("link", { rel: "stylesheet", href: probe.url, nonce: probe.nonce })),
    frame: (probe) => settled(made("iframe", { src: probe.url })),
    connect: (probe) => connected[probe.how](probe.url),
    // Nothing tells when it has come: the debugger asks for it.
    manifest: (probe) => void document.head.append(made("link", { rel: "manifest", href: probe.url })),
    image: (probe) => settled(made("img", { src: probe.url })),
    font: (probe) => new FontFace(probe.id, `url("${probe.url}")`).load().then(() => "load"),
    media: (probe) => settled(made("audio", { src: probe.url, preload: "auto" })),
    // An image: of an object that is a document Chromium asks `frame-src` as well.
    object: (probe) => settled(made("object", { data: probe.url, type: "image/png" })),
    prefetch: (probe) => settled(made("link", { rel: "prefetch", href: probe.url }), document.head),
    worker: (probe) =>
      worker(probe.url === "blob:" ? URL.createObjectURL(new Blob(["postMessage(1)"])) : probe.url),
    eval: () => caught(() => (0, eval)("1")),
    wasm: () => caught(() => new WebAssembly.Module(MODULE)),
    "javascript-url": followed,
  };
  const patient = (work) => Promise.race([work, new Promise((done) => setTimeout(() => done("late"), 8000))]);
  const run = (probe) =>
    patient(
      new Promise((done) => done(kinds[probe.kind](probe))).catch((error) => error.name || String(error)),
    ).then((result) => [probe.id, result]);

  // Outside of the debugger's call, which is allowed to `eval`.
  const later = (work) => new Promise((done) => setTimeout(() => done(work()), 0));
  const calm = async () => {
    for (let before = -1; before !== events.length; ) {
      before = events.length;
      await new Promise((done) => setTimeout(done, 15));
    }
  };
  window.probing = {
    told: () => calm().then(() => events),
    run: async (probes) => {
      const results = await later(() => Promise.all(probes.map(run)));
      if (window.halloo_import) await window.halloo_import;
      await calm();
      return { results: Object.fromEntries(results), events };
    },
  };
})();
