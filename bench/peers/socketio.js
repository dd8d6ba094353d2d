// npm `socket.io` over WebSocket alone: every message is emitted to everybody, every `ping` is answered with `pong`.  node socketio.js <port> <control port>

import { createServer } from "node:http";
import { Server } from "socket.io";
import { control } from "./control.js";

const [port, commands] = process.argv.slice(2).map(Number);
const http = createServer();
const server = new Server(http, { transports: ["websocket"], serveClient: false, pingInterval: 3_600_000 });
server.on("connection", (socket) => {
  socket.on("m", () => socket.emit("m", { t: "pong" }));
});
http.listen({ port, host: "127.0.0.1", backlog: 4096 });
control(
  commands,
  (message) => server.emit("m", message),
  () => server.engine.clientsCount,
);
