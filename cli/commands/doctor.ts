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
        "`refresh: always` and the policy pack; each with what to do. Changes nothing, ends within seconds, and shows no " +
        "secret. Run it in the project's folder.",
    )
    .option("--json", "for programs", false)
    .action((options: DoctorOptions) => ends(async () => (await import("../doctor.ts")).doctor(options)));
}
