// Stops reading a socket at once, and goes on. `socket.pause()` does not: Node reads on until its own buffer is full, one
// small chunk after the other, and each read costs as much as several requests.
import type { Socket } from "node:net";

/** What net.Socket has below it (lib/net.js of Node 20 to 26); `reading` is Node's own note of whether it reads. */
interface ReadingHandle {
  reading: boolean;
  readStop(): void;
  readStart(): void;
}

/** True when the socket was read, and is not any more. Without the handle that is expected nothing is done. */
export function stopReading(socket: Socket): boolean {
  const handle = handleOf(socket);
  if (handle === undefined || !handle.reading) return false;
  handle.reading = false;
  handle.readStop();
  return true;
}

/** Undoes `stopReading`; a socket that is closed by now stays so. */
export function startReading(socket: Socket): void {
  const handle = handleOf(socket);
  if (handle === undefined || handle.reading) return;
  handle.reading = true;
  handle.readStart();
}

function handleOf(socket: Socket): ReadingHandle | undefined {
  const handle: unknown = Reflect.get(socket, "_handle");
  return isReadingHandle(handle) ? handle : undefined;
}

function isReadingHandle(handle: unknown): handle is ReadingHandle {
  if (typeof handle !== "object" || handle === null) return false;
  return "readStop" in handle && "readStart" in handle && "reading" in handle && typeof handle.reading === "boolean";
}
