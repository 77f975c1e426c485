import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Product } from "./product.ts";

/** Asks the product for an operation as its owner does with a key. @throws with its words where it is refused. */
export async function call<Answer>(
  { url, apiKey }: Pick<Product, "url" | "apiKey">,
  operation: string,
  input: object,
  shape: z.ZodType<Answer>,
): Promise<Answer> {
  const answer = await fetch(`${url}/api/v1/${operation}`, {
    method: "POST",
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
    body: JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${operation}: ${await answer.text()}`);
  return shape.parse(await answer.json());
}

const made = z.object({ repo: z.object({ id: z.string(), status: z.string() }) });
const copied = z.object({ workspace: z.object({ id: z.string(), status: z.string() }) });

/** A copy of a new repository, ready to be worked in. @returns its id. */
export async function openWorkspace(product: Product): Promise<string> {
  const { repo } = await call(product, "register_repo", { teamId: product.teamId, name: "bench" }, made);
  await until(async () => (await call(product, "get_repo", { repoId: repo.id }, made)).repo.status);
  const { workspace } = await call(product, "create_workspace", { teamId: product.teamId, repoId: repo.id }, copied);
  await until(
    async () => (await call(product, "get_workspace", { workspaceId: workspace.id }, copied)).workspace.status,
  );
  return workspace.id;
}

async function until(read: () => Promise<string>): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await read()) === "ready") return;
    await delay(100);
  }
  throw new Error("It was not ready within a minute.");
}

const opened = z.object({ path: z.string() });

/** A terminal in a workspace over the product's own WebSocket; what it prints goes to who listens. */
export async function openTerminal(product: Product, workspaceId: string) {
  const { path } = await call(product, "open_terminal", { workspaceId }, opened);
  const socket = new WebSocket(`${product.url.replace("http", "ws")}${path}`);
  const listeners = new Set<(data: string) => void>();
  socket.onmessage = ({ data }) => {
    const frame = z.object({ type: z.string(), data: z.string().optional() }).parse(JSON.parse(String(data)));
    for (const listener of listeners) listener(frame.data ?? "");
  };
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error("The terminal was not opened."));
  });
  const type = (data: string) => socket.send(JSON.stringify({ type: "input", data }));
  return {
    /** Types, and waits until what it prints since then holds the words. */
    say: (data: string, words: string) =>
      new Promise<void>((resolve) => {
        let printed = "";
        const listen = (text: string) => {
          printed += text;
          if (!printed.includes(words)) return;
          listeners.delete(listen);
          resolve();
        };
        listeners.add(listen);
        type(data);
      }),
    close: () => socket.close(),
  };
}
