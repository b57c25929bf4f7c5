/** A key that a command failed for, and what was printed of it. */
export interface Failure {
  key: string;
  text: string;
}

/** The keys named as failed in the diagnostics, each with the text below its name. */
export function failuresIn(output: string): Failure[] {
  const blocks = output.split(/\n(?= {2}\S.* \(\S+\):\n)/);
  return blocks.flatMap((block) => {
    const [, type = "", key = ""] = /^ {2}(\S.*) \((\S+)\):\n/.exec(block) ?? [];
    return type.endsWith("zkscore:ApiKey") && /^ +error:/m.test(block) ? [{ key, text: block }] : [];
  });
}

/** What a failure lacks: cause or remedy. */
export function lacks({ text }: Failure): string[] {
  const parts = { cause: /cause: +\S/, remedy: /remedy: +\S/ };
  return Object.entries(parts).flatMap(([part, form]) => (form.test(text) ? [] : [part]));
}

export function advisesRefresh(output: string): boolean {
  return /remedy: .*--refresh/.test(output);
}

/** Pulumi's own words for a target that can't stand alone. */
export function targetsTooLittle(output: string): boolean {
  return (
    /target/i.test(output) && /not (specified|part of)|untargeted|does not exist in the stack|no resource/i.test(output)
  );
}
