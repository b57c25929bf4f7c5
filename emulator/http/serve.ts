import { oneLine } from "../../provider/domain/shown.ts";
import { ApiFailure, kindOfStatus } from "../contract/failures.ts";
import { Cut, Instead, pass } from "../faults/apply.ts";
import type { Answer } from "../faults/distort.ts";
import { type Arrived, arrive, type HandlerParts, type Incoming } from "./arrive.ts";
import { perform } from "./perform.ts";
import { failure, success } from "./respond.ts";
import { send } from "./send.ts";

/** Answers one request of the API; never rejects. */
export async function handle(parts: HandlerParts, incoming: Incoming): Promise<void> {
  const arrived = arrive(parts, incoming);
  const { exchange } = arrived;
  try {
    await send(exchange, await decide(parts, arrived));
  } catch (error) {
    if (exchange.entry.outcome !== "answered") exchange.note({ outcome: "cut" });
    if (error instanceof Cut) return;
    // Neither a fault nor the client, so a mistake of the emulator itself: loud, and no answer at all.
    process.emitWarning(
      oneLine(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      "EmulatorError",
    );
    incoming.response.destroy();
  }
}

/** Takes a request up to its answer; rejects with `Cut` when there is nobody to answer. */
async function decide(parts: HandlerParts, arrived: Arrived): Promise<Answer> {
  const { who, exchange, request } = arrived;
  const caller = "caller" in who ? who.caller : undefined;
  const to = { caller, requestId: exchange.entry.requestId };
  let answer: Answer | undefined;
  try {
    await pass(exchange, "beforeParse");
    if ("failure" in who) throw who.failure;
    const { status, body } = await perform(parts, arrived, who.caller);
    answer = success(parts, to, status, body);
    await pass(exchange, "afterCommit");
    return answer;
  } catch (error) {
    request.resume(); // an unread body would block the connection's next request
    if (error instanceof ApiFailure) return failure(parts, to, error);
    if (!(error instanceof Instead)) throw error;
    const status = error.answer.status ?? answer?.status ?? 200;
    const stock = failure(parts, to, new ApiFailure(kindOfStatus(status)), status);
    return { status, headers: { ...stock.headers, ...error.answer.headers }, body: error.answer.body ?? stock.body };
  }
}
