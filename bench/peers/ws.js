// npm `ws`: every message goes to every socket, every `ping` is answered with `pong`.  node ws.js <port> <control port>

import { WebSocketServer } from "ws";
import { control } from "./control.js";

const [port, commands] = process.argv.slice(2).map(Number);
const PONG = Buffer.from('{"t":"pong"}');
const server = new WebSocketServer({ port, host: "127.0.0.1", perMessageDeflate: false, backlog: 4096 });
server.on("connection", (socket) => {
  socket.on("message", () => socket.send(PONG, { binary: false }));
});
control(
  commands,
  (message) => {
    const data = Buffer.from(JSON.stringify(message));
    for (const socket of server.clients) socket.send(data, { binary: false });
  },
  () => server.clients.size,
);
