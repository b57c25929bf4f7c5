/** Inputs and outputs that are secrets as a whole, whatever the program marked. */
export const SECRET_FIELDS = ["apiKey", "webhooks", "adopt", "drift"] as const;
