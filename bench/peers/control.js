// What every peer of the benchmark has: a second port that takes commands, a line each, and answers each with a line of JSON.

import { createServer } from "node:net";

const TEXT = "Where is my parcel? It should have been here last week. ".repeat(3).slice(0, 145);

/** The body of message `n`: 200 bytes, with its number and the time it was made at (nanoseconds, CLOCK_MONOTONIC). */
export function body(n) {
  return { n: String(n).padStart(10, "0"), at: String(process.hrtime.bigint()).padStart(19, "0"), text: TEXT };
}

/** Take commands on `port`. `publish(message)` sends one message to everybody; `sockets()` says how many there are. */
export function control(port, publish, sockets) {
  let n = 0;
  const commands = {
    sockets: (answer) => answer(sockets()),
    publish: (answer, turns, burst) => {
      const turn = () => {
        for (let i = 0; i < burst; i += 1) {
          n += 1;
          publish(body(n));
        }
        turns -= 1;
        if (turns > 0) setImmediate(turn);
        else answer(n);
      };
      turn();
    },
  };
  const server = createServer((socket) => {
    let text = "";
    socket.setEncoding("utf8").on("data", (chunk) => {
      const lines = (text + chunk).split("\n");
      text = lines.pop();
      for (const line of lines) {
        const [name, ...words] = line.split(" ");
        commands[name]((value) => socket.write(`${JSON.stringify(value)}\n`), ...words.map(Number));
      }
    });
  });
  server.listen(port, "127.0.0.1");
}
