// Acts on one's own account whose answer may be lost: what may have been done is asked for again, and counts as done then.
import { setImmediate as turn } from "node:timers/promises";
import { Connection } from "./connection.ts";
import type { DialOptions } from "./dial.ts";
import { DisconnectedError, RequestError } from "./errors.ts";
import type { SessionState } from "./reconnecting-session.ts";
import type { Messenger } from "./messenger.ts";

/** A password takes the server its time, and others may be before. */
const PASSWORD_TIMEOUT_MS = 60_000;
/** How long the way back may take after an answer was lost. */
const RETURN_TIMEOUT_MS = 30_000;

/**
 * Makes a new user; `invitation` is the code of a server that lets in only who has one. Rejects with RequestError
 * (409: the name is taken; see also `isInvitationRefusal`) or as dialling does.
 */
export async function registerUser(
  server: DialOptions,
  username: string,
  password: string,
  invitation?: string,
): Promise<void> {
  const account = { username, password, ...(invitation !== undefined && { invitation }) };
  const first = await Connection.open(server);
  try {
    await first.request("register", account, PASSWORD_TIMEOUT_MS);
    return;
  } catch (error) {
    if (!(error instanceof DisconnectedError)) throw error;
  } finally {
    first.close("registered");
  }
  const second = await Connection.open(server);
  try {
    await second.request("register", account, PASSWORD_TIMEOUT_MS);
  } catch (error) {
    // The name is now this user's, or was another's before: the password tells.
    if (!isRefusal(error, 409) || !(await opens(second, username, password))) throw error;
  } finally {
    second.close("registered");
  }
}

async function opens(connection: Connection, username: string, password: string): Promise<boolean> {
  try {
    await connection.request("login", { username, password }, PASSWORD_TIMEOUT_MS);
  } catch (error) {
    if (isRefusal(error, 401)) return false;
    throw error;
  }
  await connection.request("logout", {});
  return true;
}

/** Rejects with RequestError: 401 wrong password; with DisconnectedError when it is not known whether it was done. */
export async function changePassword(messenger: Messenger, password: string, newPassword: string): Promise<void> {
  const change = (present: string) =>
    messenger.request("change_password", { password: present, new_password: newPassword }, PASSWORD_TIMEOUT_MS);
  await again(
    messenger,
    () => change(password),
    async (state) => {
      if (state.kind !== "online") throw new DisconnectedError("signed out while the password was changed");
      await change(password).catch((error: unknown) => {
        // It was changed, or the password was wrong: the new one tells.
        if (!isRefusal(error, 401)) throw error;
        return change(newPassword);
      });
    },
  );
}

/** Rejects with RequestError: 401 wrong password; with DisconnectedError when it is not known whether it was done. */
export async function deleteAccount(messenger: Messenger, password: string): Promise<void> {
  const ask = () => messenger.request("delete_account", { password }, PASSWORD_TIMEOUT_MS);
  await again(messenger, ask, async (state) => {
    // An account that is gone lets nobody in.
    if (state.kind === "online") await ask();
  });
}

/** Carries out `act`; when it got no answer, carries out `repeat` after the messenger is back, or signed out. */
async function again(
  messenger: Messenger,
  act: () => Promise<unknown>,
  repeat: (state: SessionState) => Promise<unknown>,
): Promise<void> {
  const isOnline = messenger.state.kind === "online";
  try {
    await act();
  } catch (error) {
    if (!isOnline || !(error instanceof DisconnectedError)) throw error;
    await turn(); // by then the loss of the connection is known
    await repeat(await whenSettled(messenger, error));
  }
}

/** Resolves when the messenger is online or signed out; rejects with `error` when that takes too long. */
function whenSettled(messenger: Messenger, error: DisconnectedError): Promise<SessionState> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      subscription.dispose();
    };
    const look = (state: SessionState): void => {
      if (state.kind !== "online" && state.kind !== "signed-out") return;
      end();
      resolve(state);
    };
    const timer = setTimeout(() => {
      end();
      reject(error);
    }, RETURN_TIMEOUT_MS);
    const subscription = messenger.events.on("state", look);
    look(messenger.state);
  });
}

function isRefusal(error: unknown, code: number): boolean {
  return error instanceof RequestError && error.code === code;
}
