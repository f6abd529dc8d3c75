// Handlers of widgets, wrapped: NodeGui prints what they throw and goes on, here it is reported.
import { Emitter } from "../../src/util/emitter.ts";

/** Everything that went wrong in a handler; the application logs and shows it. */
export const handlerErrors = new Emitter<{ error: unknown }>();

/** Reports an error as if a handler had thrown it. */
export function reportError(error: unknown): void {
  handlerErrors.emit("error", error);
}

/** The handler with its errors reported, also those of a promise that it returns. */
export function guard<Arguments extends unknown[]>(handler: (...args: Arguments) => unknown) {
  return (...args: Arguments): void => {
    try {
      const result = handler(...args);
      if (result instanceof Promise) result.catch(reportError);
    } catch (error) {
      reportError(error);
    }
  };
}
