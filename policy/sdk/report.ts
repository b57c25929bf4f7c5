import type { ReportViolation } from "@pulumi/policy";
import { oneLine, ownLines } from "../../provider/domain/shown.ts";
import type { Finding, Rule } from "../rule.ts";
import type { Environment } from "../settings/environment.ts";
import { exemptionFor } from "../settings/exemptions.ts";
import type { Parameters, Values } from "../settings/parameters.ts";
import { exemptionRules, type Runtime } from "./runtime.ts";

/** Where a finding was made. */
interface Place {
  urn: string;
  environment: Environment;
  params: Readonly<Record<string, unknown>>;
}

/** A violation with a level of its own. The SDK's server takes this object; its typings only know the string. */
type Leveled = (violation: { message: string; urn?: string; enforcementLevel: "advisory" }) => void;

/** Tells Pulumi about the findings of one policy, each at its level. */
export class Reporter {
  readonly #rule: Rule;
  readonly #runtime: Runtime;
  readonly #report: ReportViolation;

  constructor(rule: Rule, runtime: Runtime, report: ReportViolation) {
    this.#rule = rule;
    this.#runtime = runtime;
    // Whatever a message says, it makes no line and no command of its own.
    this.#report = (message, urn) => report(gated(message), urn);
  }

  /** A finding at the policy's level: lower where the finding, the environment or an exemption says so, never higher. */
  finding(finding: Finding, place: Place): void {
    const { id } = this.#rule;
    const { settings, used } = this.#runtime;
    const urn = finding.urn ?? place.urn;
    const what = finding.path === "" ? finding.message : `${finding.path}: ${finding.message}`;
    const exemption = exemptionFor(settings.exemptions, id, urn, exemptionRules(this.#runtime));
    if (exemption !== undefined) {
      used.add(exemption);
      this.advisory(oneLine(`exempt until ${exemption.until} (${exemption.owner}: ${exemption.reason}): ${what}`), urn);
      return;
    }
    const weight = weightOf(finding, place);
    if (weight !== "off") this.#show(what, urn, finding.step, weight === "advisory");
  }

  /** A finding about the pack's own configuration: no environment softens it, no exemption covers it. */
  packFinding(finding: Finding): void {
    this.#show(`${finding.path}: ${finding.message}`, finding.urn, finding.step, finding.advisory === true);
  }

  /** At the policy's own level, for each key anew: one that could not be judged must not pass as judged. */
  defect(name: string): void {
    this.#report(`could not be judged (${name}): a defect of the policy pack, not of the key`);
  }

  /** At the policy's own level, once for the whole run: something about the policy's configuration. */
  once(text: string): void {
    const key = `${this.#rule.id}\n${text}`;
    if (this.#runtime.told.has(key)) return;
    this.#runtime.told.add(key);
    this.#report(text);
  }

  /** Once for the whole pack: the settings aren't known, so production's rules hold. */
  unsettled(): void {
    if (this.#runtime.configured || this.#runtime.told.has("")) return;
    this.#runtime.told.add("");
    this.#report(
      "`pack-settings` is disabled, or doesn't stand first: nobody can say which environment it names, so every stack is judged as production\n" +
        "  to fix: leave `pack-settings` at its level, and first in a pack of your own",
    );
  }

  /** The same, without blocking. */
  onceAdvisory(text: string): void {
    const key = `${this.#rule.id}\n${text}`;
    if (this.#runtime.told.has(key)) return;
    this.#runtime.told.add(key);
    this.advisory(text);
  }

  #show(what: string, urn: string | undefined, step: number | undefined, advisory: boolean): void {
    const { id, remediation } = this.#rule;
    const text = `${oneLine(what)}\n  to fix: ${remediation[step ?? 0] ?? remediation[0]}\n  more:   docs/policies/${id}.md`;
    if (advisory) this.advisory(text, urn);
    else this.#report(text, urn);
  }

  advisory(text: string, urn?: string): void {
    const leveled = this.#report as unknown as Leveled;
    const message = `${this.#rule.description}\n${text}`;
    leveled({ message, enforcementLevel: "advisory", ...(urn === undefined ? {} : { urn }) });
  }
}

/** Whether a finding counts at its policy's own level: lower where it says so itself, or the environment does. */
export function weightOf(
  { advisory }: Pick<Finding, "advisory">,
  { environment, params }: Pick<Place, "environment" | "params">,
): "own" | "advisory" | "off" {
  const elsewhere = environment.production ? undefined : params["outsideProduction"];
  if (elsewhere === "off") return "off";
  return advisory === true || elsewhere === "advisory" ? "advisory" : "own";
}

/** A message, or an object with one that the SDK's server knows and its types don't. */
function gated<T>(given: T): T {
  if (typeof given === "string") return ownLines(given) as typeof given;
  return { ...given, message: ownLines(String(Reflect.get(Object(given), "message"))) };
}

export function asPlace(subject: { urn: string; environment: Environment; params: Values<Parameters> }): Place {
  return { urn: subject.urn, environment: subject.environment, params: subject.params };
}
