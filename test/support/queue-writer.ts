// A process that queues messages until it is killed, and says of each when it is on the disk.
import { OutgoingQueue } from "../../src/client/outgoing.ts";

const [, , file = ""] = process.argv;
const queue = await OutgoingQueue.open(file);
queue.events.on("ready", (entry) => process.stdout.write(`${"text" in entry ? entry.text : ""}\n`));
let count = 0;
const more = (): void => {
  for (let i = 0; i < 3; i += 1) queue.add("common", String((count += 1)));
  if (count < 3000) setTimeout(more, 1);
};
more();
