// Opening links and folders in the programs that the desktop has for them.
import { spawn } from "node:child_process";
import { UserError } from "../../src/util/user-error.ts";

const LINK = /^(?:https?:\/\/|mailto:)/i;

/** Opens a web address in the browser, a mail address in the program for mail; anything else is ignored. */
export function openLink(url: string, onProblem: (error: unknown) => void): void {
  if (LINK.test(url)) openOutside(url, onProblem);
}

/** Opens a folder of this machine, by its absolute path. */
export function openFolder(path: string, onProblem: (error: unknown) => void): void {
  openOutside(path, onProblem);
}

function openOutside(target: string, onProblem: (error: unknown) => void): void {
  const [command, ...args] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["rundll32", "url.dll,FileProtocolHandler"]
        : ["xdg-open"];
  const fail = (): void => onProblem(new UserError(`No program here opens ${target}.`));
  const child = spawn(command ?? "xdg-open", [...args, target], { stdio: "ignore", detached: true });
  child.on("error", fail);
  child.on("exit", (code) => {
    if (code !== null && code > 0) fail();
  });
  child.unref();
}
