// Accounts and sessions: register, login, logout, change_password.
import { steadyClock } from "../../util/clock.ts";
import { createHash, timingSafeEqual } from "node:crypto";
import { ProtocolError, badField } from "../../protocol/codes.ts";
import { grantedFeatures } from "../../protocol/features.ts";
import { MAX_USERNAME_CHARS, MIN_USERNAME_CHARS } from "../../protocol/limits.ts";
import { SERVER_USER_ID } from "../../protocol/ids.ts";
import { isReservedName } from "../../protocol/reserved-names.ts";
import { normalizeUsername, passwordProblem, usernameKey } from "../../protocol/text.ts";
import type { WriteOf } from "../../domain/writes/table.ts";
import type { User } from "../../store/store.ts";
import { deleteAccountWrite } from "../../domain/writes/delete-account.ts";
import { wrongCredentials } from "../../domain/writes/put-token.ts";
import type { Context, OpenController, Plan, Routes, SessionController } from "../plan.ts";
import { SERVER } from "./server.ts";
import type { RegistrationRule } from "../plan.ts";
import { hashToken, newToken, newUserId, unknownUserHash } from "../passwords.ts";
import type { PasswordResult, PasswordVerdict } from "../again.ts";

const register: OpenController<"register"> = async (request, { reader, registration }) => {
  const { data, verdict, loginRetryAfter } = request;
  const isInvited = checkInvitation(data.invitation, registration, loginRetryAfter);
  if (!isInvited) {
    const error = new ProtocolError("invitation_wrong", "invitation: wrong code");
    return { refusal: error, effects: [{ kind: "loginFailed" }] };
  }
  const username = normalizeUsername(data.username);
  if (username === undefined) {
    throw badField(
      "username",
      `must have ${MIN_USERNAME_CHARS} to ${MAX_USERNAME_CHARS} letters, marks, digits, "_", "." or "-", ` +
        "and begin with a letter or digit",
    );
  }
  if (isReservedName(username)) throw new ProtocolError("name_taken", "username: is reserved");
  requireGoodPassword("password", data.password);
  if (data.repeat_password !== undefined && data.repeat_password !== data.password) {
    throw badField("repeat_password", "differs from password");
  }
  const key = usernameKey(username);
  // A taken name costs as much as a free one, in time and of the address's registrations: names cannot be tried out.
  if (verdict === undefined) {
    return { again: { kind: "password", request: { kind: "register", account: key, job: { hash: data.password } } } };
  }
  const { hash } = granted(verdict);
  if (hash === undefined) throw new Error("the password thread made no hash");
  if ((await reader.userByKey(key)) !== undefined) throw new ProtocolError("name_taken", "username: is taken");
  const userId = newUserId();
  return {
    write: { kind: "createUser", userId, username, usernameKey: key, passwordHash: hash },
    reply: { info: "Client registered", fields: { username, user_id: userId } },
  };
};

const login: OpenController<"login"> = async (request, context) => {
  const { username, password, token } = request.data;
  const features = grantedFeatures(request.data.features, request.framing);
  if (token !== undefined) return loginByToken(token, request.loginRetryAfter, context, features);
  if (username === undefined) throw badField("username", "missing");
  if (password === undefined) throw badField("password", "missing");
  const account = usernameKey(username);
  const user = personOf(await context.reader.userByKey(account));
  if (request.verdict === undefined) {
    const hash = user?.passwordHash ?? unknownUserHash(context.bcryptCost);
    return { again: { kind: "password", request: { kind: "login", account, job: { verify: { password, hash } } } } };
  }
  const { verified, verifiedHash } = granted(request.verdict);
  // The password may have been changed while this one waited for its turn.
  if (verified !== true || user === undefined || user.passwordHash !== verifiedHash) throw wrongCredentials();
  if (user.state === "disabled") throw new ProtocolError("account_disabled", "the account is disabled");
  return beginSession(user, { passwordHash: verifiedHash, oldTokenHash: undefined }, features);
};

/** Nobody logs in as the server itself. */
function personOf(user: User | undefined): User | undefined {
  return user?.userId === SERVER_USER_ID ? undefined : user;
}

async function loginByToken(
  token: string,
  retryAfter: number,
  context: Context,
  features: readonly string[],
): Promise<Plan<"login">> {
  if (retryAfter > 0) throw new ProtocolError("rate_limited", "too many failed logins", retryAfter);
  const tokenHash = hashToken(token);
  const user = personOf(await context.reader.userByToken(tokenHash, Math.min(context.now(), steadyClock.now())));
  if (user === undefined) return { refusal: wrongCredentials(), effects: [{ kind: "loginFailed" }] };
  return beginSession(user, { passwordHash: undefined, oldTokenHash: tokenHash }, features);
}

/** Begins a session by what must still hold when its token is stored. The snapshot is read when it has begun. */
function beginSession(
  { userId, username }: User,
  proof: Pick<WriteOf<"putToken">, "passwordHash" | "oldTokenHash">,
  features: readonly string[],
): Plan<"login"> {
  const token = newToken();
  const identity = { userId, username, tokenHash: hashToken(token), features };
  return {
    write: { kind: "putToken", userId, ...proof, newTokenHash: identity.tokenHash },
    reply: {
      info: "Client logged in",
      fields: { username, user_id: userId, token, features: [...features], server: SERVER },
    },
    finish: { kind: "login", identity, isResumed: proof.oldTokenHash !== undefined },
  };
}

const logout: SessionController<"logout"> = (_request, { userId, username, tokenHash }) => ({
  write: { kind: "deleteToken", tokenHash },
  reply: { info: "Client logged out", fields: { username, user_id: userId } },
  effects: [{ kind: "logout" }],
});

const changePassword: SessionController<"change_password"> = async (request, identity, { reader }) => {
  const { password, new_password: newPassword } = request.data;
  requireGoodPassword("new_password", newPassword);
  const account = usernameKey(identity.username);
  const user = await reader.userById(identity.userId);
  if (user === undefined) throw new ProtocolError("no_such_user", "the account is gone");
  if (request.verdict === undefined) {
    const job = { verify: { password, hash: user.passwordHash }, hash: newPassword };
    return { again: { kind: "password", request: { kind: "changePassword", account, job } } };
  }
  const { verified, verifiedHash, hash } = granted(request.verdict);
  if (verified !== true || user.passwordHash !== verifiedHash || hash === undefined)
    throw new ProtocolError("wrong_credentials", "password: wrong");
  return {
    write: {
      kind: "setPassword",
      userId: identity.userId,
      passwordHash: hash,
      keepTokenHash: identity.tokenHash,
      verifiedHash,
    },
    reply: { info: "Password changed", fields: {} },
    effects: [{ kind: "endOtherSessions", userId: identity.userId, reason: "the password was changed" }],
  };
};

/** Sessions are known to the gateway alone, so it answers. */
const sessions: SessionController<"sessions"> = () => ({
  reply: { info: "Sessions", fields: {} },
  finish: { kind: "sessions" },
});

const endSessions: SessionController<"end_sessions"> = (_request, { userId, tokenHash }) => ({
  write: { kind: "dropTokens", userId, keepTokenHash: tokenHash },
  reply: { info: "Other sessions ended", fields: {} },
  effects: [{ kind: "endOtherSessions", userId, reason: "ended from another session" }],
});

/** The password is asked again, since this cannot be undone. */
const deleteAccount: SessionController<"delete_account"> = async (request, identity, { reader }) => {
  const { userId } = identity;
  const user = await reader.userById(userId);
  if (user === undefined) throw new ProtocolError("no_such_user", "the account is gone");
  if (request.verdict === undefined) {
    const job = { verify: { password: request.data.password, hash: user.passwordHash } };
    return {
      again: { kind: "password", request: { kind: "deleteAccount", account: usernameKey(identity.username), job } },
    };
  }
  const { verified, verifiedHash } = granted(request.verdict);
  if (verified !== true || user.passwordHash !== verifiedHash) {
    throw new ProtocolError("wrong_credentials", "password: wrong");
  }
  return {
    write: { ...deleteAccountWrite(userId), verifiedHash },
    reply: { info: "Account deleted", fields: {} },
    effects: [
      { kind: "endOtherSessions", userId, reason: "the account was deleted" },
      { kind: "logout" },
      { kind: "accountDeleted", userId },
    ],
  };
};

/** False for a wrong code, which counts as a failed login of the address. A code is compared in constant time. */
function checkInvitation(invitation: string | undefined, rule: RegistrationRule, retryAfter: number): boolean {
  if (rule.kind !== "invite") {
    if (rule.kind === "open") return true;
    throw new ProtocolError("registration_closed", "registration is closed; ask the administrator for an account");
  }
  if (invitation === undefined) throw new ProtocolError("invitation_wrong", "invitation: this server asks for a code");
  if (retryAfter > 0) throw new ProtocolError("rate_limited", "too many failed logins", retryAfter);
  return timingSafeEqual(digest(invitation), digest(rule.code));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}

function requireGoodPassword(field: string, password: string): void {
  const fault = passwordProblem(password);
  if (fault !== undefined) throw badField(field, fault);
}

/** The password work's result, or ProtocolError 429 when there was none for now. */
function granted(verdict: PasswordVerdict): PasswordResult {
  if (verdict.granted) return verdict.result;
  throw new ProtocolError("rate_limited", verdict.info, verdict.retryAfter);
}

export const routes = {
  register: { open: register },
  login: { open: login },
  logout: { session: logout },
  change_password: { session: changePassword },
  delete_account: { session: deleteAccount },
  sessions: { session: sessions },
  end_sessions: { session: endSessions },
} satisfies Routes;
