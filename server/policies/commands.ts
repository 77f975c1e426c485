import { covers } from "../human-requests/policies.ts";

/** A simple command of a shell line: its words as the program gets them. */
export interface CommandPart {
  words: string[];
  /** Files that its redirections read and write. */
  reads: string[];
  writes: string[];
}

/** A shell line taken apart. `obscure` says why what it runs cannot be told from its text; then no part list is whole. */
export interface CommandLine {
  parts: CommandPart[];
  obscure: string | null;
}

const keywords = new Set(
  "if then else elif fi for while until do done case esac function select coproc time ! { } [[ ]]".split(" "),
);

/**
 * Takes a POSIX shell line apart at `;`, `&`, `&&`, `|`, `||` and line ends, and each part into words without quotes
 * (POSIX.1-2024, Shell Command Language 2.2 to 2.10). What expands, substitutes, groups or assigns is called obscure
 * rather than guessed.
 */
export function readCommand(line: string): CommandLine {
  const read = new Reader(line);
  return { parts: read.parts.filter(({ words }) => words.length > 0), obscure: read.obscure };
}

const ends = new Set([";", "&", "|", "\n"]);

class Reader {
  parts: CommandPart[] = [{ words: [], reads: [], writes: [] }];
  obscure: string | null = null;
  private word: string | null = null;
  private wasQuoted = false;
  private into: "words" | "reads" | "writes" = "words";

  constructor(line: string) {
    if (line.includes("\0")) this.obscure = "it holds a NUL";
    for (let at = 0; at < line.length; ) at = this.step(line, at);
    this.endWord();
  }

  private get part(): CommandPart {
    return this.parts.at(-1) ?? { words: [], reads: [], writes: [] };
  }

  /** Reads what stands at a place. @returns where to go on. */
  private step(line: string, at: number): number {
    const sign = line[at] ?? "";
    if (sign === "'") return this.singleQuoted(line, at);
    if (sign === '"') return this.doubleQuoted(line, at);
    if (sign === "\\") {
      if (line[at + 1] !== "\n") this.add(line[at + 1] ?? "\\", true);
      return at + 2;
    }
    if (sign === "$" || sign === "`") this.blur("it expands a variable or runs a command inside");
    if (sign === "(" || sign === ")") this.blur("it groups commands");
    if (ends.has(sign)) {
      this.endPart();
      return at + 1;
    }
    if (sign === " " || sign === "\t") {
      this.endWord();
      return at + 1;
    }
    if (sign === "<" || sign === ">") return this.redirect(line, at);
    if (sign === "#" && this.word === null) {
      const end = line.indexOf("\n", at);
      return end === -1 ? line.length : end;
    }
    this.add(sign, false);
    return at + 1;
  }

  private singleQuoted(line: string, at: number): number {
    const end = line.indexOf("'", at + 1);
    if (end === -1) this.blur("a quote does not end");
    this.add(line.slice(at + 1, end === -1 ? undefined : end), true);
    return end === -1 ? line.length : end + 1;
  }

  private doubleQuoted(line: string, start: number): number {
    this.add("", true);
    let at = start + 1;
    for (; at < line.length && line[at] !== '"'; at++) {
      const sign = line[at] ?? "";
      if (sign === "$" || sign === "`") this.blur("it expands a variable or runs a command inside");
      const isEscape = sign === "\\" && '$`"\\\n'.includes(line[at + 1] ?? "x");
      if (isEscape) at++;
      if (!(isEscape && line[at] === "\n")) this.add(line[at] ?? "", true);
    }
    if (at >= line.length) this.blur("a quote does not end");
    return at + 1;
  }

  private redirect(line: string, at: number): number {
    const [sign = ""] = /^(<<<|<<-?|<\(|>\(|<>|<&|>&|>>|>\||<|>)/.exec(line.slice(at)) ?? [];
    // The number before it names a descriptor, not a word.
    if (this.word !== null && /^\d+$/.test(this.word) && !this.wasQuoted) this.word = null;
    this.endWord();
    if (sign.startsWith("<<") || sign.endsWith("(") || sign === "<>")
      this.blur("it redirects in a way that is not read");
    const duplicate = /^[<>]&(\d+|-)/.exec(line.slice(at));
    if (duplicate) return at + duplicate[0].length;
    this.into = sign.startsWith("<") ? "reads" : "writes";
    return at + Math.max(1, sign.length);
  }

  private add(text: string, isQuoted: boolean): void {
    this.word = (this.word ?? "") + text;
    this.wasQuoted ||= isQuoted;
  }

  private endWord(): void {
    const { word, wasQuoted } = this;
    this.word = null;
    this.wasQuoted = false;
    if (word === null) return;
    if (this.into === "words") this.addWord(word, wasQuoted);
    else this.part[this.into].push(word);
    this.into = "words";
  }

  private addWord(word: string, wasQuoted: boolean): void {
    const isFirst = this.part.words.length === 0;
    if (isFirst && !wasQuoted && keywords.has(word)) this.blur(`it is a compound of ${word}`);
    if (isFirst && !wasQuoted && /^\w+\+?=/.test(word)) this.blur("it sets a variable for the program");
    if (isFirst && !wasQuoted && /[*?[{~]/.test(word)) this.blur("the program's name is a pattern");
    this.part.words.push(word);
  }

  private endPart(): void {
    this.endWord();
    if (this.into !== "words") this.blur("a redirection names no file");
    this.into = "words";
    this.parts.push({ words: [], reads: [], writes: [] });
  }

  private blur(why: string): void {
    this.obscure ??= why;
  }
}

/**
 * Whether a pattern such as `git log *` names exactly this program with these arguments. A last `*` stands for any further
 * arguments, within a word for anything. A program by its path is the one of that name only in the system's folders.
 */
export function allowsCommand(pattern: string, words: readonly string[]): boolean {
  const [program = "", ...rest] = words;
  const known = /^\/(?:usr\/)?bin\/([\w.+-]+)$/.exec(program)?.[1] ?? program;
  return matchesWords(wordsOf(pattern), [known, ...rest]);
}

const wrappers =
  /^(env|sudo|doas|nohup|nice|ionice|timeout|time|stdbuf|setsid|xargs|command|exec|builtin|eval|busybox|toybox|watch|chroot|unshare|find|sh|bash|dash|zsh|ksh|ld-linux.*|ld\.so.*|ld-musl.*)$/;

/**
 * Whether a pattern names anything that this line could run: also by another path, with quotes, behind `env`, `sh -c`, the
 * loader `ld-linux…` or within a substitution. It rather says yes once too often: it is for what must not happen.
 */
export function deniesCommand(pattern: string, line: string): boolean {
  const wanted = wordsOf(pattern);
  const bare = line.replace(/\\\n/g, "").replace(/['"\\]/g, "");
  return bare.split(/[;&|()`<>{}\n$]+/).some((segment) => {
    const words = segment.split(/\s+/).filter(Boolean);
    while (/^\w+\+?=/.test(words[0] ?? "")) words.shift();
    const isWrapped = wrappers.test(nameOf(words[0] ?? ""));
    return words.some(
      (_, at) => (at === 0 || isWrapped) && matchesWords(wanted, [nameOf(words[at] ?? ""), ...words.slice(at + 1)]),
    );
  });
}

const nameOf = (program: string) => program.split("/").at(-1) ?? program;
const wordsOf = (pattern: string) => pattern.split(/\s+/).filter(Boolean);

function matchesWords(wanted: readonly string[], words: readonly string[]): boolean {
  const isOpen = wanted.at(-1) === "*";
  const fixed = isOpen ? wanted.slice(0, -1) : wanted;
  if (isOpen ? words.length < fixed.length : words.length !== fixed.length) return false;
  return fixed.every((word, at) => covers(word, words[at] ?? ""));
}
