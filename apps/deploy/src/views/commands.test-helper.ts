import { existsSync } from "node:fs";
import { nearest } from "@rzp/core";
import { kubectlProblems, type World } from "./kubectl.test-helper.ts";

/** A program that pages name: how it begins, and its flags that take a value. */
interface Tool {
  /** Beginnings that it has, without flags. Empty where anything goes. */
  verbs: readonly string[];
  values: readonly string[];
}

/** Programs besides kubectl and `./rzp`. Each list names no more than the pages need; where it was read stands beside it. */
const TOOLS: Readonly<Record<string, Tool>> = {
  // Talos 1.13, reference/cli.
  talosctl: { verbs: ["config merge", "dashboard", "dmesg", "etcd members", "etcd remove-member", "etcd snapshot", "etcd status", "get disks", "health", "reboot", "reset", "upgrade", "upgrade-k8s", "version"], values: ["-n", "-e", "--image", "--to"] },
  // Velero 1.18, pkg/cmd/cli; in the server's image it is /velero.
  "/velero": { verbs: ["backup get", "backup create", "backup describe", "backup logs", "restore create", "restore describe", "restore get", "restore logs", "schedule get", "version"], values: ["--from-backup", "--from-schedule", "--include-namespaces", "--include-resources", "--selector"] },
  // Pulumi 3.
  pulumi: { verbs: ["login", "stack init", "stack output", "stack export", "stack rm", "state unprotect", "package add", "refresh", "up"], values: ["-C", "--stack", "--replace"] },
  // Helm 4.
  helm: { verbs: ["install", "search repo", "show values"], values: ["--repo", "--version", "--namespace", "--values"] },
  // Podman 5, podman-build(1), podman-login(1), podman-push(1).
  podman: { verbs: ["build", "login", "push"], values: ["--tag", "--digestfile"] },
  // Proxmox VE 9.1, pveum(1), pvesh(1), pvesm(1), qm(1).
  pveum: { verbs: ["role add", "role modify", "user add", "aclmod", "user token"], values: ["--privs", "--users", "--roles", "--privsep"] },
  pvesm: { verbs: ["status"], values: ["--content"] },
  pvesh: { verbs: ["get"], values: ["--type"] },
  psql: { verbs: [], values: [] },
};
/** The shell's own, and what every machine has. */
const PLAIN = ["base64", "cd", "chromium", "curl", "date", "df", "export", "git", "grep", "htpasswd", "jq", "ls", "lspci", "npm", "nslookup", "openssl", "pip-compile", "printf", "rm", "sh", "showmount", "sort", "umask", "yq"];
const COMMANDS = [...Object.keys(TOOLS), ...PLAIN, "kubectl", "./rzp", "node_modules/.bin/lefthook", ".ci/run", "pnpm"];

/** What is wrong with the commands of a page: in its blocks of shell every line is one, in running text what begins like one. */
export function commandProblems(text: string, world: World): string[] {
  const blocks = blocksOf(text, "sh");
  const prose = text.replace(/^ *```.*?^ *```/gms, "");
  const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span.replaceAll("\\|", "|"));
  return [
    ...blocks.flatMap((block) => commandsOf(block).flatMap((command) => problemsOf(command, world))),
    ...spans.flatMap((span) => commandsOf(span).filter(isCommand).flatMap((command) => problemsOf(command, world))),
  ];
}

/** A page's blocks in one language, those inside lists among them. */
export function blocksOf(text: string, language: string): string[] {
  const blocks = text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, "gms"));
  return [...blocks].map(([, indent = "", block = ""]) => block.replace(new RegExp(`^${indent}`, "gm"), ""));
}

/** Words of one command, quotes and all. */
type Command = readonly string[];

/** Splits a line of shell into commands, those inside `$(...)` among them. Placeholders such as `<a name>` are words. */
function commandsOf(shell: string): Command[] {
  const text = shell.replaceAll("\\\n", " ").replace(/(^|\s)#.*$/gm, "");
  const inner = [...text.matchAll(/\$\(([^()]*)\)/g)].flatMap(([, command = ""]) => commandsOf(command));
  const tokens = text.match(/(?:'[^']*'|"[^"]*"|\$\([^()]*\)|<[^<>\n]+>|[^\s'"|;&<>()])+|&&|\|\|?|[;\n()]|>>?/g) ?? [];
  const commands: string[][] = [[]];
  for (const token of tokens) {
    if (/^(&&|\|\|?|[;\n()])$/.test(token)) commands.push([]);
    else commands.at(-1)?.push(token);
  }
  return [...commands.map(withoutAround).filter(({ length }) => length > 0), ...inner];
}

/** Without variables set ahead of it, and without where its output goes. */
function withoutAround(words: readonly string[]): string[] {
  const begin = words.findIndex((word) => !/^\w+=/.test(word));
  const end = words.findIndex((word) => /^>>?$/.test(word));
  return begin < 0 ? [] : words.slice(begin, end < 0 ? undefined : end);
}

/** In running text a code span is a command if its first word is a program's name, or nearly one with something behind it. */
function isCommand([program = "", ...rest]: Command): boolean {
  if (rest.length === 0) return false;
  if (program in TOOLS || program === "kubectl") return true;
  return /^[a-z]{5,}$/.test(program) && !PLAIN.includes(program) && ["kubectl", "talosctl", "pulumi"].includes(nearest(program, COMMANDS) ?? "");
}

function problemsOf(command: Command, world: World): string[] {
  const [program = "", ...words] = command;
  const say = (problem: string): string => `${command.join(" ")}: ${problem}`;
  if (program === "kubectl") return [...kubectlProblems(words, world, (inner) => problemsOf(inner, world)).map(say), ...missingFiles(words, world).map(say)];
  const tool = TOOLS[program];
  if (tool === undefined) return COMMANDS.includes(program) ? [] : [say(`no table knows ${program}`)];
  const plain = words.filter((word, index) => !word.startsWith("-") && !tool.values.includes(words[index - 1] ?? "")).join(" ");
  return tool.verbs.length === 0 || tool.verbs.some((verb) => `${plain} `.startsWith(`${verb} `)) ? [] : [say(`${program} has no ${plain}`)];
}

/** Files of this repository that are applied and are not there. */
function missingFiles(words: Command, { root }: World): string[] {
  const files = words.filter((_, index) => words[index - 1] === "-f").filter((file) => /^(kubernetes|bootstrap)\//.test(file));
  return files.filter((file) => !existsSync(`${root}/${file}`)).map((file) => `there is no ${file}`);
}
