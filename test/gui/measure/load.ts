// Writers that send texts at a given rate and read without looking: `load.js PORT PASSWORD PER_SEC SECONDS NAME…`.
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const [port = "", password = "", perSec = "", seconds = "", ...names] = process.argv.slice(2);
const TEXT = "Messages of a flood, **some** with emphasis, 😀 and https://example.org/links";

async function logIn(username: string): Promise<Socket> {
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(`${JSON.stringify({ action: "login", data: { username, password } })}\n`);
  await once(socket, "data");
  return socket.resume();
}

const sockets = await Promise.all(names.map(logIn));
const count = Number(perSec) * Number(seconds);
const startMs = performance.now();
let sent = 0;
const timer = setInterval(() => {
  const due = Math.min(count, Math.floor(((performance.now() - startMs) * Number(perSec)) / 1000));
  for (; sent < due; sent += 1) {
    const data = { chat_id: "common", message: `${sent} ${TEXT}` };
    sockets[sent % sockets.length]?.write(`${JSON.stringify({ action: "add_message", data })}\n`);
  }
  if (sent < count) return;
  clearInterval(timer);
  process.stdout.write(`${sent} sent in ${((performance.now() - startMs) / 1000).toFixed(1)} s\n`);
  setTimeout(() => process.exit(0), 3000);
}, 10);
