import type { Command } from "commander";
import type { DoctorOptions } from "../doctor.ts";
import type { Ends } from "../parser.ts";

/** `doctor`. */
export function defineDoctor(program: Command, ends: Ends): void {
  program
    .command("doctor")
    .summary("looks whether this machine, project and account work together")
    .description(
      "Looks whether this machine, project and account work together: engine, language host, Node, package versions and " +
        "copies, base URL, proxy, certificates, reachability, token, clock, the day's quota, state backend, lock, " +
        "`refresh: always` and the policy pack; each with what to do. Without --probe it changes nothing; it ends within seconds, and shows no " +
        "secret. Run it in the project's folder.",
    )
    .option(
      "--probe",
      "also tries what the API's reference leaves open: makes one key that may read scores and ends in an hour, uses it, " +
        "and revokes it. Costs 1 key of the day's quota, 2 where a name can be taken twice. Asks first. What a killed " +
        "probe left, the next one revokes",
      false,
    )
    .option("--yes", "without the question", false)
    .option("--json", "for programs", false)
    .action((options: DoctorOptions) => ends(async () => (await import("../doctor.ts")).doctor(options)));
}
