import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { AppError } from "../errors.ts";
import type { Runtime } from "../context.ts";

/** The process that makes vectors and searches them. It is started by the first who needs it and ends when idle. */
export interface Embedder {
  /** What makes the vectors; those of another are not compared with them. */
  model: string;
  /** One vector a text. @throws AppError unavailable */
  embed(texts: readonly string[]): Promise<number[][]>;
  /** Tells the process of vectors; `reset` forgets what it knew under this name. */
  load(
    block: string,
    vectors: { dimensions: number; reset: boolean; ids: string[]; values: Uint8Array },
  ): Promise<void>;
  search(blocks: string[], vector: Int8Array, most: number): Promise<{ id: string; score: number }[]>;
  /** Counts the starts of the process: what was loaded is gone with it. */
  generation(): number;
  close(): Promise<void>;
}

const idleMilliseconds = 120_000;
const answerMilliseconds = 120_000;
const localModel = "minilm-l6-v2";

const answered = z.object({ id: z.int(), result: z.unknown(), error: z.string().optional() });
const vectors = z.array(z.array(z.number()));
const hits = z.array(z.object({ id: z.string(), score: z.number() }));

const ofRuntime = new WeakMap<object, Embedder>();

/** The one of a process: it serves all its organizations. */
export function embedderOf(runtime: Pick<Runtime, "settings">): Embedder {
  const embedder = ofRuntime.get(runtime.settings) ?? openEmbedder(runtime.settings);
  ofRuntime.set(runtime.settings, embedder);
  return embedder;
}

function openEmbedder({ embeddings }: Runtime["settings"]): Embedder {
  let child: ChildProcess | undefined;
  let idle: NodeJS.Timeout | undefined;
  let starts = 0;
  let last = 0;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();

  function start(): ChildProcess {
    starts++;
    const started = fork(fileURLToPath(new URL("./embed-child.ts", import.meta.url)), {
      serialization: "advanced",
      // Nothing of the server's own: no address of the database, no key.
      env: { NODE_ENV: "production", PATH: process.env.PATH },
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    started.on("message", (raw) => {
      const { id, result, error } = answered.parse(raw);
      const asker = waiting.get(id);
      waiting.delete(id);
      if (error === undefined) asker?.resolve(result);
      else asker?.reject(new AppError("unavailable", `The local model for searching failed: ${error.slice(0, 200)}`));
      rest();
    });
    const ended = () => {
      if (child === started) child = undefined;
      for (const { reject } of waiting.values())
        reject(new AppError("unavailable", "The process that searches ended. Try again."));
      waiting.clear();
    };
    started.on("exit", ended);
    started.on("error", ended);
    started.unref();
    return started;
  }

  function rest(): void {
    clearTimeout(idle);
    if (waiting.size > 0) return;
    idle = setTimeout(() => child?.kill("SIGKILL"), idleMilliseconds);
    idle.unref();
  }

  async function ask(message: Record<string, unknown>): Promise<unknown> {
    child ??= start();
    clearTimeout(idle);
    const id = ++last;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    const timer = setTimeout(() => {
      waiting.delete(id);
      child?.kill("SIGKILL");
      reject(new AppError("unavailable", "Searching took too long. Try again in a moment."));
    }, answerMilliseconds);
    child.send({ ...message, id }, (error) => {
      if (error) reject(error);
    });
    return promise.finally(() => clearTimeout(timer));
  }

  return {
    model: embeddings ? `${embeddings.model}@${new URL(embeddings.url).host}` : localModel,
    embed: async (texts) =>
      embeddings ? embedRemotely(embeddings, texts) : vectors.parse(await ask({ kind: "embed", texts })),
    load: async (block, given) => void (await ask({ kind: "load", block, ...given })),
    search: async (blocks, vector, most) =>
      hits.parse(await ask({ kind: "search", blocks, vector: new Uint8Array(vector.buffer), most })),
    generation: () => (child ? starts : starts + 1),
    async close() {
      clearTimeout(idle);
      const ending = child;
      if (!ending) return;
      const gone = new Promise((resolve) => ending.once("exit", resolve));
      ending.kill("SIGKILL");
      await gone;
    },
  };
}

const remoteAnswer = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).max(8_192) })),
});

/** By an address that whoever runs this installation set. `POST /embeddings` as OpenAI defined it and Ollama answers it too. https://platform.openai.com/docs/api-reference/embeddings */
async function embedRemotely(
  { url, model, key }: NonNullable<Runtime["settings"]["embeddings"]>,
  texts: readonly string[],
): Promise<number[][]> {
  const unusable = (why: string) => new AppError("unavailable", `The server that makes vectors ${why}.`);
  const response = await fetch(`${url.replace(/\/+$/, "")}/embeddings`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
    body: JSON.stringify({ model, input: texts }),
    signal: AbortSignal.timeout(60_000),
  }).catch((error: unknown) => {
    throw unusable(`cannot be reached (${error instanceof Error ? error.message.slice(0, 100) : "unknown"})`);
  });
  if (!response.ok) throw unusable(`answered ${response.status}`);
  const parsed = remoteAnswer.safeParse(await response.json().catch(() => null));
  if (!parsed.success || parsed.data.data.length !== texts.length) throw unusable("gave an answer that is none");
  return parsed.data.data.toSorted((one, other) => one.index - other.index).map(({ embedding }) => embedding);
}
