import { serverNow } from "../api/keyStatus.ts";
import type { Listing } from "../api/types.ts";
import { describeMs } from "../domain/duration.ts";
import { ZkscoreError } from "../domain/errors.ts";
import { isoSeconds } from "../domain/instant.ts";
import type { HandlerContext } from "./context.ts";

const MINUTES_APART_MS = 5 * 60_000;

/** The server's clock now, from a listing. Says once if this machine's clock is minutes away from it. */
export function serverClock({ clock, view, log }: HandlerContext, listing: Listing): number {
  const now = serverNow(listing, clock.monotonic());
  const ahead = now - clock.now();
  view.clockRead(ahead);
  if (!clock.moved && Math.abs(ahead) > MINUTES_APART_MS) {
    log.warn(
      `this machine's clock and the API's are ${describeMs(Math.abs(ahead))} apart (the API's is ${ahead > 0 ? "ahead" : "behind"}): ` +
        "nothing is replaced or revoked before both agree that it is due; set this machine's clock",
    );
  }
  return now;
}

/** The earlier of this machine's clock and the server's, as far as this run knows it. No request. */
export function earlierClock({ client, clock, view }: HandlerContext): number {
  const local = clock.now();
  const listing = client.known();
  if (listing !== undefined) return Math.min(local, serverNow(listing, clock.monotonic()));
  return local + Math.min(0, view.serverAheadMs ?? 0);
}

/** The clock that decides whether a key has expired or is due for rotation. `ZKSCORE_NOW` moves both clocks. */
export function decidingClock(context: HandlerContext): number {
  return context.clock.moved ? context.clock.now() : earlierClock(context);
}

/** Refuses a replacement that only this machine's clock asks for. `dueAt`: from when on (epoch ms). */
export function assertDue(
  context: HandlerContext,
  about: { name: string; keyId: string; dueAt: number | undefined },
  listing: Listing,
): void {
  const { clock } = context;
  if (about.dueAt === undefined || clock.moved) return;
  const server = serverClock(context, listing);
  if (about.dueAt <= server) return;
  throw new ZkscoreError({
    code: "ZKS_CLOCK",
    what: `${about.name}: key ${about.keyId} was not replaced`,
    why:
      `by this machine's clock (${isoSeconds(clock.now())}) it expired or its rotation is due, ` +
      `by the API's (${isoSeconds(server)}) not before ${isoSeconds(about.dueAt)}`,
    remedy: "set this machine's clock, then run `pulumi up` again",
    safe: "no key was created or revoked",
  });
}
