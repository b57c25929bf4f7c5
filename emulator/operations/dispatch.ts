import { ApiFailure } from "../contract/failures.ts";
import { allowsEverything } from "./access.ts";
import { data } from "./data.ts";
import { create, list, revoke, update } from "./keys.ts";
import type { Call, Core, Prepared } from "./operation.ts";
import { usage } from "./usage.ts";

/** Validates a call, or throws the failure it deserves. */
type Operate = (core: Core, call: Call) => Prepared | Promise<Prepared>;

/** What manages keys is for an account's token, and in the mode `issuedKeysManage` for a key that may do everything. */
const managing =
  (operate: Operate): Operate =>
  (core, call) => {
    const { caller } = call;
    if (caller.type === "issued" && !(core.modes.issuedKeysManage && allowsEverything(caller.key.doc.permissions))) {
      throw new ApiFailure("forbidden", "an issued key can't manage keys");
    }
    return operate(core, call);
  };

export const OPERATE: Readonly<Record<Call["operation"], Operate>> = {
  create: managing(create),
  list: managing(list),
  revoke: managing(revoke),
  update: managing(update),
  usage,
  data,
};
