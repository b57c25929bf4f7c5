import type { Command, Option } from "commander";
import type { Shell } from "./commands/completion.ts";

/** What a shell can offer for a value: words, or files, folders, nothing. */
type Values = readonly string[] | "files" | "folders" | "none";

interface CompletedOption {
  /** `--json`, `-h`. */
  flags: string[];
  about: string;
  /** Undefined: it takes no value. */
  values?: Values;
}

interface CompletedCommand {
  name: string;
  about: string;
  options: CompletedOption[];
  /** Of its arguments. */
  values: Values;
}

/** A script that completes the command line of `program`. It runs nothing and evaluates nothing of the line. */
export function completionScript(program: Command, shell: Shell): string {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).map((command): CompletedCommand => {
    const options = help.visibleOptions(command).map(completed);
    const argument = command.registeredArguments[0];
    // `help` takes the name of a command.
    const names = command.name() === "help" ? program.commands.map((one) => one.name()) : undefined;
    const values = names ?? argument?.argChoices ?? valuesNamed(argument?.name());
    return { name: command.name(), about: command.summary() || command.description(), options, values };
  });
  const top = help.visibleOptions(program).map(completed);
  return { bash, zsh, fish }[shell](commands, top);
}

function completed(option: Option): CompletedOption {
  const flags = [option.long, option.short].filter((flag) => typeof flag === "string");
  const takes = option.required || option.optional;
  const values = option.argChoices ?? valuesNamed(/<(\w+)>/.exec(option.flags)?.[1]);
  return { flags, about: option.description, ...(takes ? { values } : {}) };
}

function valuesNamed(name: string | undefined): Values {
  return name === "FILE" ? "files" : name === "DIR" ? "folders" : "none";
}

type Shells = (commands: readonly CompletedCommand[], top: readonly CompletedOption[]) => string;

const bash: Shells = (commands, top) => {
  const offer = (values: Values) => {
    if (values === "files") return "compopt -o default";
    if (values === "folders") return "compopt -o dirnames";
    return values === "none" ? ":" : `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur"))`;
  };
  const valued = commands.flatMap(({ name, options }) =>
    options.flatMap(({ flags, values }) =>
      values === undefined
        ? []
        : [`    ${flags.map((flag) => `"${name} ${flag}"`).join("|")}) ${offer(values)}; return ;;`],
    ),
  );
  const words = commands.map(({ name, options, values }) => {
    const flags = options.flatMap((one) => one.flags).join(" ");
    return `    ${name}) [[ $cur == -* ]] && COMPREPLY=($(compgen -W "${flags}" -- "$cur")) || ${offer(values)} ;;`;
  });
  const first = [...commands.map(({ name }) => name), ...top.flatMap(({ flags }) => flags)].join(" ");
  return `# bash completion of zkscore-keys
_zkscore_keys() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" command="" word
  COMPREPLY=()
  # bash makes a word of its own of the = in --plan=free.
  if [[ $cur == "=" ]]; then cur=""; elif [[ $prev == "=" ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
    if [[ $word != -* ]]; then command="$word"; break; fi
  done
  case "$command $prev" in
${valued.join("\n")}
  esac
  case "$command" in
    "") COMPREPLY=($(compgen -W "${first}" -- "$cur")) ;;
${words.join("\n")}
  esac
}
complete -F _zkscore_keys zkscore-keys
`;
};

const zsh: Shells = (commands, top) => {
  const action = (values: Values) => {
    if (values === "files") return "_files";
    if (values === "folders") return "_files -/";
    return values === "none" ? " " : `(${values.join(" ")})`;
  };
  const spec = ({ flags, about, values }: CompletedOption) =>
    flags.map((flag) =>
      quoted(`${flag}[${bracketed(about)}]${values === undefined ? "" : `:value:${action(values)}`}`),
    );
  const described = commands.map(({ name, about }) => `    ${quoted(`${name}:${about}`)}`);
  const cases = commands.map(({ name, options, values }) => {
    const specs = [...options.flatMap(spec), ...(values === "none" ? [] : [quoted(`*:value:${action(values)}`)])];
    return `    ${name}) _arguments ${specs.join(" ")} ;;`;
  });
  return `#compdef zkscore-keys
_zkscore_keys() {
  local -a commands=(
${described.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _arguments ${top.flatMap(spec).join(" ")}
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
if [[ "$funcstack[1]" == "_zkscore_keys" ]]; then _zkscore_keys "$@"; else compdef _zkscore_keys zkscore-keys; fi
`;
};

const fish: Shells = (commands, top) => {
  const flagsOf = ({ flags }: CompletedOption) =>
    flags.map((flag) => (flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(" ");
  const takes = (values: Values | undefined) => {
    if (values === undefined) return "";
    if (values === "files") return " -r -F";
    if (values === "folders") return ' -x -a "(__fish_complete_directories)"';
    return values === "none" ? " -x" : ` -x -a ${quoted(values.join(" "))}`;
  };
  const line = (when: string, rest: string) => `complete -c zkscore-keys -n ${quoted(when)} ${rest}`;
  const option = (when: string, one: CompletedOption) =>
    line(when, `${flagsOf(one)}${takes(one.values)} -d ${quoted(one.about)}`);
  const first = "__fish_use_subcommand";
  const lines = commands.flatMap(({ name, about, options, values }) => {
    const here = `__fish_seen_subcommand_from ${name}`;
    return [
      line(first, `-a ${name} -d ${quoted(about)}`),
      ...options.map((one) => option(here, one)),
      ...(values === "none"
        ? []
        : [
            line(
              here,
              takes(values)
                .replace(/^ (-x|-r)/, "")
                .trim(),
            ),
          ]),
    ];
  });
  return `# fish completion of zkscore-keys
complete -c zkscore-keys -f
${[...top.map((one) => option(first, one)), ...lines].join("\n")}
`;
};

/** One word of a shell. Descriptions are this package's own. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}

function bracketed(text: string): string {
  return text.replaceAll("\\", "").replaceAll("[", "(").replaceAll("]", ")").replaceAll(":", ",");
}
