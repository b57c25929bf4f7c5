import type { IncomingMessage, ServerResponse } from "node:http";
import { oneLine } from "../../provider/domain/shown.ts";
import { ApiFailure } from "../contract/failures.ts";
import { applyFaults, Cut, distorted } from "../faults/apply.ts";
import type { Answer } from "../faults/distort.ts";
import type { Phase } from "../faults/spec.ts";
import { arrive } from "./arrive.ts";
import { commit } from "./commit.ts";
import type { ServeContext } from "./context.ts";
import { prepare } from "./prepare.ts";
import { answerInstead, success } from "./respond.ts";
import { answerWriter } from "./send.ts";

/** Answers one request of the API; never rejects. All moments at which a fault can take effect are here, in order. */
export async function serve(
  context: ServeContext,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  const arrived = arrive(context, request, response, url);
  const { caller, exchange } = arrived;
  const faultsAt = (phase: Phase): Promise<void> => applyFaults(exchange, phase);
  try {
    let answer: Answer | undefined;
    try {
      await faultsAt("beforeParse");
      if (caller instanceof ApiFailure) throw caller;
      const call = await prepare(context, arrived, caller);
      if (!(call.run instanceof ApiFailure)) await faultsAt("afterValidate");
      const result = commit(context, arrived, caller, call); // throws a refusal, having counted the use
      answer = success(context, arrived, result);
      await faultsAt("afterCommit");
    } catch (error) {
      request.resume(); // an unread body would block the connection's next request
      answer = answerInstead(context, arrived, error, answer);
    }
    const writer = answerWriter(exchange, distorted(exchange, answer));
    await writer.halfOfHead();
    await faultsAt("headers");
    await writer.halfOfBody();
    await faultsAt("body");
    await writer.rest();
    await faultsAt("afterAnswer");
  } catch (error) {
    if (exchange.entry.outcome !== "answered") exchange.note({ outcome: "cut" });
    if (error instanceof Cut) return;
    // Neither a fault nor the client, so a mistake of the emulator itself: loud, and no answer at all.
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.emitWarning(oneLine(text), "EmulatorError");
    response.destroy();
  }
}
