// Check of settings beyond their forms: whether a server could start with them, as far as nothing need be made or opened.
import { accessSync, constants, existsSync, statSync } from "node:fs";
import type { RegistrationRule } from "../actions/plan.ts";
import type { Config } from "../config/config.ts";
import { parseStoreUrl } from "../store/open.ts";
import { StoreOpenError } from "../store/store.ts";
import { checkCertificate } from "./connections/tls.ts";
import { StartError } from "./start-error.ts";

/**
 * Returns what is to be said although a server would start: of an expired certificate, for example.
 * @throws StartError with the line with which the start would fail.
 */
export function checkStart(config: Config): string[] {
  registrationRule(config);
  checkStoreUrl(config);
  if (existsSync(config.data)) checkFolder(config.data);
  const said = checkCertificate(config);
  return said === undefined ? [] : [said];
}

/** @throws StartError */
export function registrationRule({ registration, invitationCode }: Config): RegistrationRule {
  if (registration !== "invite") return { kind: registration };
  if (invitationCode === undefined) {
    const places = "--invitation-code-file, MESSENGER_INVITATION_CODE or --invitation-code";
    throw new StartError(`registration: invite needs ${places}`);
  }
  return { kind: "invite", code: invitationCode };
}

function checkStoreUrl({ store, data }: Config): void {
  try {
    parseStoreUrl(store, data);
  } catch (error) {
    if (error instanceof StoreOpenError) throw new StartError(error.message);
    throw error;
  }
}

/**
 * Asks whether this is a folder in which this user may work.
 * @throws StartError
 */
export function checkFolder(folder: string): void {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw folderFault(folder, error);
  }
  if (!statSync(folder).isDirectory()) throw folderFault(folder, "it is no folder");
}

/** Why the data folder cannot be used, in one line. */
export function folderFault(folder: string, error: unknown): StartError {
  const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
  return new StartError(`data folder ${folder}: cannot be made or written (${reason}); choose another with --data`);
}
