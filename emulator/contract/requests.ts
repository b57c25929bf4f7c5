import { z } from "zod";
import { ACTIONS, RESOURCES } from "../../provider/domain/vocabulary.ts";
import { createRequest } from "../../provider/domain/wire.ts";
import { isAddressOrBlock } from "./addresses.ts";

/**
 * What a request may be: the shared request schemas with every rule that JSON Schema can say, so that the OpenAPI
 * document tells a valid request from one that the emulator refuses. Only a plan's ceilings are checked beside them.
 */

/** An instant with a zone. The document says it with a format: schemathesis takes minutes for the pattern. */
export const instantText = z
  .string()
  .refine((text) => z.iso.datetime({ offset: true }).safeParse(text).success, "must be an ISO 8601 instant")
  .meta({ format: "date-time" });

// Ranges, not `\S`: what counts as blank differs between JavaScript and other readers of the document.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is meant
const NOT_BLANK = /[^\u0000-\u0020]/;

const OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";

const IPV4 = `(${OCTET}\\.){3}${OCTET}`;
const V6_BITS = "(12[0-8]|1[01][0-9]|[1-9]?[0-9])";

/** An address or a block; the patterns are those of the blocks, also of one that is written `::ffff:192.0.2.0/120`. */
const addressOrBlock = z
  .string()
  .refine(isAddressOrBlock, "must be an address or a CIDR block")
  .meta({
    anyOf: [
      { format: "ipv4" },
      { format: "ipv6" },
      { pattern: `^${IPV4}/(3[0-2]|[12]?[0-9])$` },
      { pattern: `^::([Ff]{4}:)?${IPV4}/${V6_BITS}$` },
      { pattern: z.regexes.cidrv6.source },
    ],
  });

const PORT = "([1-5]?[0-9]{1,4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

/** http or https, a host, no credentials, all in ASCII. Whether it leads anywhere is not a matter of form. */
const WEBHOOK_URL = new RegExp(
  `^[Hh][Tt][Tt][Pp][Ss]?://([0-9A-Za-z._~-]+|\\[${z.regexes.ipv6.source.slice(1, -1)}\\])(:${PORT})?([/?#][!-~]*)?$`,
);

const permission = createRequest.shape.permissions.element.extend({
  resource: z.enum(RESOURCES, `must be one of ${RESOURCES.join(", ")}`),
  actions: z.array(z.enum(ACTIONS, `must be some of ${ACTIONS.join(", ")}`)).min(1, "is empty"),
  restrictions: z
    .strictObject({
      identities: z.array(z.string()).optional(),
      chains: z.array(z.string()).optional(),
      ipWhitelist: z.array(addressOrBlock).optional(),
    })
    .optional(),
});

const requests = z.int("must be a whole number").min(1, "must be at least 1").optional();

/** The body of a create. */
export const createBody = createRequest.extend({
  name: z.string().min(1, "is empty").regex(NOT_BLANK, "is blank"),
  permissions: z.array(permission).min(1, "is empty"),
  rateLimit: z
    .strictObject({
      requestsPerMinute: requests,
      requestsPerHour: requests,
      requestsPerDay: requests,
      burstLimit: requests,
    })
    .optional(),
  expiry: instantText.optional().meta({
    description: "When the key expires. An instant that has passed makes an expired key (assumed: no page refuses it).",
  }),
  webhooks: z
    .array(
      z.strictObject({
        url: z.string().regex(WEBHOOK_URL, "must be an http or https URL without credentials"),
        events: z.array(z.string()).min(1, "is empty"),
        secret: z.string().optional(),
      }),
    )
    .optional(),
});

/** The body of an update: any of the fields of create but `expiry`. */
export const updateBody = createBody.omit({ expiry: true }).partial();
