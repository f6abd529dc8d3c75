// The answer to a request that the threads could not answer.
import { internalError } from "../../log/error-reference.ts";
import { ProtocolError } from "../../protocol/codes.ts";
import { errorResponse, parseRequest } from "../../protocol/envelope.ts";
import { ThreadLostError } from "../../threads/watched-pool.ts";

/** JSON; `reference` leads to the log entry of the fault. */
export function faultResponse(payload: Buffer, fault: unknown, reference: string): string {
  const request = parseRequest(payload);
  const replyTo = "error" in request ? request.replyTo : { action: request.action, id: request.id };
  const error =
    fault instanceof ThreadLostError
      ? new ProtocolError("store_away", `lost with its thread, nothing was stored, reference ${reference}`)
      : internalError(reference);
  return errorResponse(replyTo, error, Date.now());
}
