// Logging in and registering, with failures told by the field that they belong to. Without Qt.
import { DisconnectedError, RequestError, UntrustedServerError } from "../../src/client/errors.ts";
import { registerUser } from "../../src/client/messenger.ts";
import { AccountSession, acceptTrusted, type SessionOptions } from "./account-session.ts";

/** What is wrong with what was entered. */
export class WelcomeError extends Error {
  override readonly name = "WelcomeError";
  readonly field: "server" | "username" | "password";
  /** Of the server's certificate, if the user has to decide about it. */
  readonly fingerprint: string | undefined;

  constructor(field: WelcomeError["field"], message: string, fingerprint?: string) {
    super(message);
    this.field = field;
    this.fingerprint = fingerprint;
  }
}

/** Opens the account and logs in, after registering if wished; rejects with WelcomeError. */
export async function signIn(options: SessionOptions, password: string, isNew: boolean): Promise<AccountSession> {
  const { server, username, trusted } = options;
  let session: AccountSession | undefined;
  try {
    if (isNew) {
      const tls = server.tls ? { accept: acceptTrusted(trusted) } : undefined;
      await registerUser({ host: server.host, port: server.port, tls }, username, password);
    }
    session = await AccountSession.open(options);
    await session.messenger.login(password);
    return session;
  } catch (error) {
    await session?.close();
    throw explain(error, isNew);
  }
}

function explain(error: unknown, isNew: boolean): unknown {
  if (error instanceof UntrustedServerError) return new WelcomeError("server", error.message, error.fingerprint);
  if (error instanceof DisconnectedError)
    return new WelcomeError("server", `The server cannot be reached: ${error.message}.`);
  if (!(error instanceof RequestError)) return error;
  const wait = error.retryAfterMs === undefined ? "" : ` Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
  if (error.code === 401) return new WelcomeError("password", "Wrong username or password.");
  if (error.code === 409) return new WelcomeError("username", "This name is taken.");
  if (error.code === 429) return new WelcomeError("password", `Too many attempts.${wait}`);
  return new WelcomeError(isNew && error.code === 400 ? "username" : "server", `${error.message}.`);
}
