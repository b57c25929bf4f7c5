/**
 * How this API's keys look: `zk_`, a word for the deployment, `_`, and random letters and digits (D: `zk_prod_…`). A name
 * such as `zk_prod_scores` is no key: a short tail counts only with a digit or a capital.
 */
const KEY = /zk_[a-z]{1,20}_(?:[A-Za-z0-9]{16}|(?=[a-z]*[A-Z0-9])[A-Za-z0-9]{8})/;

/** True if the text holds something of the form of this API's keys, also percent-encoded. */
export function holdsKey(text: string): boolean {
  return KEY.test(percentDecoded(text));
}

/** ASCII without percent-encoding, however often it was applied. */
export function percentDecoded(text: string): string {
  let last = text;
  for (let n = 0; n < 5; n++) {
    const next = last.replace(/%[0-7][0-9a-f]/gi, (byte) => String.fromCharCode(Number.parseInt(byte.slice(1), 16)));
    if (next === last) break;
    last = next;
  }
  return last;
}
