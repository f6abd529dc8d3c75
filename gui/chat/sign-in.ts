// Logging in and registering, with failures told by the field that they belong to. Without Qt.
import { DisconnectedError, isInvitationRefusal, RequestError, UntrustedServerError } from "../../src/client/errors.ts";
import { registerUser } from "../../src/client/own-account.ts";
import { AccountSession, acceptTrusted, type SessionOptions } from "./account-session.ts";

/** A certificate that nobody vouches for; both are SHA-256 fingerprints. */
export interface CertificateDoubt {
  readonly shown: string;
  /** Certificate that the user has trusted at this address until now. */
  readonly trusted: string | undefined;
}

/** Problems of the entered values. */
export class WelcomeError extends Error {
  override readonly name = "WelcomeError";
  readonly field: "server" | "username" | "password" | "invitation";
  /** Of the server's certificate, if the user has to decide about it. */
  readonly doubt: CertificateDoubt | undefined;

  constructor(field: WelcomeError["field"], message: string, doubt?: CertificateDoubt) {
    super(message);
    this.field = field;
    this.doubt = doubt;
  }
}

/** How somebody gets in. */
export interface Credentials {
  readonly password: string;
  /** To be registered first. */
  readonly isNew: boolean;
  /** For registering where the server asks for a code. */
  readonly invitation?: string | undefined;
}

/** Opens the account and logs in, after registering if wished; rejects with WelcomeError. */
export async function signIn(options: SessionOptions, credentials: Credentials): Promise<AccountSession> {
  const { password, isNew, invitation } = credentials;
  const { server, username, trusted } = options;
  let session: AccountSession | undefined;
  try {
    if (isNew) {
      const tls = server.tls ? { accept: acceptTrusted(trusted) } : undefined;
      await registerUser({ host: server.host, port: server.port, tls }, username, password, invitation);
    }
    session = await AccountSession.open(options);
    await session.messenger.login(password);
    return session;
  } catch (error) {
    await session?.close();
    throw explain(error, credentials, trusted);
  }
}

function explain(error: unknown, { isNew, invitation }: Credentials, trusted: string | undefined): unknown {
  if (error instanceof UntrustedServerError) {
    const why = trusted === undefined ? "nobody vouches for its certificate" : error.message;
    return new WelcomeError("server", `Not connected: ${why}.`, { shown: error.fingerprint, trusted });
  }
  if (error instanceof DisconnectedError)
    return new WelcomeError("server", `The server cannot be reached: ${error.message}.`);
  if (!(error instanceof RequestError)) return error;
  if (isInvitationRefusal(error)) {
    const isAsked = invitation === undefined;
    return new WelcomeError(
      "invitation",
      isAsked ? "This server asks for an invitation code." : "Wrong invitation code.",
    );
  }
  const wait = error.retryAfterMs === undefined ? "" : ` Try again in ${Math.ceil(error.retryAfterMs / 1000)} s.`;
  if (error.code === 401) return new WelcomeError("password", "Wrong username or password.");
  if (error.code === 403 && !isNew)
    return new WelcomeError("username", "This account is disabled. Ask whoever runs the server.");
  if (error.code === 409) return new WelcomeError("username", "This name is taken.");
  if (error.code === 429) return new WelcomeError("password", `Too many attempts.${wait}`);
  return new WelcomeError(isNew && error.code === 400 ? "username" : "server", `${error.message}.`);
}
