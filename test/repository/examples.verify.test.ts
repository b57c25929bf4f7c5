import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { verifier } from "../../examples/webhook-key/verify.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const NOW = Date.parse("2027-01-01T00:00:00Z");

function delivery(id: string, created = NOW): Buffer {
  return Buffer.from(JSON.stringify({ id, type: "score.updated", created: new Date(created).toISOString(), data: {} }));
}

function signature(body: Buffer, secret = SECRET): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

function judged(body: Buffer, signed: string | undefined, verify = verifier(SECRET, () => NOW)) {
  const verdict = verify(body, signed);
  return "why" in verdict ? verdict : verdict.delivery.id;
}

test("a genuine delivery is accepted once, and by its own secret alone", () => {
  const verify = verifier(SECRET, () => NOW);
  const body = delivery("evt_1");
  expect(judged(body, signature(body), verify)).toBe("evt_1");
  expect(judged(body, signature(body), verify)).toEqual({ status: 409, why: "a replay" });
  expect(judged(body, signature(body, `${SECRET}x`))).toEqual({ status: 401, why: "bad signature" });
});

test.each([
  ["none", undefined],
  ["an empty one", ""],
  ["another length", "sha256="],
  ["another digest", `sha1=${"0".repeat(66)}`],
  ["another hex", `sha256=${"0".repeat(64)}`],
  ["characters of several bytes", `sha256=${"é".repeat(32)}`],
])("a signature is refused: %s", (_what, given) => {
  expect(judged(delivery("evt_1"), given)).toEqual({ status: 401, why: "bad signature" });
});

test("a signed delivery is refused if it is old, from the future, without a time, or none", () => {
  const refused = (body: Buffer) => judged(body, signature(body));
  expect(refused(delivery("evt_1", NOW - 300_000))).toBe("evt_1");
  expect(refused(delivery("evt_1", NOW - 300_001))).toEqual({ status: 409, why: "too old" });
  expect(refused(delivery("evt_1", NOW + 300_001))).toEqual({ status: 409, why: "too old" });
  expect(refused(Buffer.from('{"id":"e","type":"t","created":"soon"}'))).toEqual({ status: 409, why: "too old" });
  for (const text of ["", "null", "[]", '{"id":1}']) {
    expect(refused(Buffer.from(text))).toEqual({ status: 400, why: "not a delivery" });
  }
});

test("an id is remembered as long as its delivery could be accepted", () => {
  let now = NOW;
  const verify = verifier(SECRET, () => now);
  const early = delivery("evt_1", NOW + 300_000); // the sender's clock is ahead: it is new until NOW + 10 minutes
  expect(judged(early, signature(early), verify)).toBe("evt_1");
  now = NOW + 600_000;
  expect(judged(early, signature(early), verify)).toEqual({ status: 409, why: "a replay" });
  now += 1;
  expect(judged(early, signature(early), verify)).toEqual({ status: 409, why: "too old" });
});

test("without a secret it doesn't start", () => {
  expect(() => verifier("")).toThrow("the webhook's secret is missing");
});
