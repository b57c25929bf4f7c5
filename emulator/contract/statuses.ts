/** The five operations of the key API. */
export const KEY_OPERATIONS = ["create", "list", "revoke", "update", "usage"] as const;
export type KeyOperation = (typeof KEY_OPERATIONS)[number];

/** What the emulator does, as faults and the journal name it. `data`: any endpoint that an issued key is for. */
export const OPERATIONS = [...KEY_OPERATIONS, "data", "unknown"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Every status the reference documents, and 405 and 501, which a deployment without update may answer. */
export const STATUSES = [200, 201, 400, 401, 403, 404, 405, 409, 429, 500, 501] as const;
export type Status = (typeof STATUSES)[number];

/** A cell: when the emulator answers so, or why it never does. */
export type Cell = { when: string } | { never: string };

const unauthorized = { when: "No, an unknown, a revoked or an expired token." };
const forbidden = { when: "An issued API key tries to manage keys." };
const limited = { when: "More requests than allowed; `Retry-After` says when to come back." };
const failed = { when: "Server error (in the emulator: by a `status` fault)." };
const hasMethod = { never: "the method exists in every deployment" };
const collection = { never: "it names no key, so there is nothing not to find" };
const noName = { never: "it takes no name" };
const createsNothing = { never: "it creates nothing" };

/** What each operation answers with each status; no blank. The OpenAPI document and the contract test follow it. */
export const STATUS_TABLE: Readonly<Record<KeyOperation, Readonly<Record<Status, Cell>>>> = {
  create: {
    200: { never: "a created key answers 201" },
    201: { when: "The key exists; `apiKey` is its secret, shown here and never again." },
    400: { when: "Invalid parameters, invalid permissions, rate limit too high, or invalid webhook URL." },
    401: unauthorized,
    403: forbidden,
    404: collection,
    405: hasMethod,
    409: { when: "API key already exists: a live key of the account has this name." },
    429: { when: "More requests than allowed, or the day's creation quota is used up." },
    500: failed,
    501: hasMethod,
  },
  list: {
    200: { when: "A page of the account's keys, newest first, revoked ones too." },
    201: createsNothing,
    400: { when: "`limit`, `offset` or `status` is not what it may be." },
    401: unauthorized,
    403: forbidden,
    404: collection,
    405: hasMethod,
    409: noName,
    429: limited,
    500: failed,
    501: hasMethod,
  },
  revoke: {
    200: { when: "The key is revoked." },
    201: createsNothing,
    400: { never: "it has neither body nor query, and an id of another form is an unknown one" },
    401: unauthorized,
    403: forbidden,
    404: { when: "No live key of the account has this id." },
    405: hasMethod,
    409: noName,
    429: limited,
    500: failed,
    501: hasMethod,
  },
  update: {
    200: { when: "The key is changed." },
    201: createsNothing,
    400: { when: "Invalid parameters, invalid permissions, rate limit too high, or invalid webhook URL." },
    401: unauthorized,
    403: forbidden,
    404: { when: "No live key of the account has this id, or the deployment has no update." },
    405: { when: "The deployment has no update." },
    409: { when: "API key already exists: another live key of the account has this name." },
    429: limited,
    500: failed,
    501: { when: "The deployment has no update." },
  },
  usage: {
    200: { when: "The account's usage, or one key's." },
    201: createsNothing,
    400: { when: "`from`, `to`, `limit` or `offset` is not what it may be." },
    401: unauthorized,
    403: { when: "An issued API key asks for another key's usage." },
    404: { when: "No key of the account has this id." },
    405: hasMethod,
    409: noName,
    429: limited,
    500: failed,
    501: hasMethod,
  },
};
