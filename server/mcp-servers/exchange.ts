import { z } from "zod";
import type { Context } from "../context.ts";
import { AppError } from "../errors.ts";
import { readMcpServers } from "./queries.ts";
import { addMcpServerInput, mcpServersJson } from "./schema.ts";
import { addMcpServer } from "./service.ts";

/** Attaches servers as other clients keep them. What does not fit is refused by itself, and the rest is attached. */
export async function importMcpServers(context: Context, given: Record<string, unknown>) {
  const added: string[] = [];
  const refused: { name: string; why: string }[] = [];
  for (const [name, raw] of Object.entries(given).slice(0, 100)) {
    const entry = mcpServersJson.safeParse({ [name]: raw });
    const one = entry.success ? entry.data[name] : undefined;
    const secrets = withoutPlaceholders(one?.headers ?? one?.env ?? {});
    const parsed = addMcpServerInput.safeParse({
      name: name
        .toLowerCase()
        .replaceAll(/[^a-z0-9-]+/g, "-")
        .replaceAll(/^-+|-+$/g, ""),
      ...(one?.url
        ? { transport: "http", url: one.url }
        : { transport: "stdio", command: one?.command, args: one?.args ?? [] }),
      secrets,
    });
    try {
      if (!parsed.success)
        throw new AppError("invalid", z.prettifyError(parsed.error).replaceAll("\n", " ").slice(0, 300));
      await addMcpServer(context, parsed.data);
      added.push(parsed.data.name);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      refused.push({ name: name.slice(0, 100), why: error.message });
    }
  }
  return { added, refused };
}

/** `${TOKEN}` stands for a value somebody else has. */
const withoutPlaceholders = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => !/\$\{[^}]*\}/.test(value)));

/** What is attached, as other clients keep it, without any secret. */
export async function exportMcpServers(context: Context): Promise<{ mcpServers: z.output<typeof mcpServersJson> }> {
  const servers = await readMcpServers(context);
  return {
    mcpServers: Object.fromEntries(
      servers.map(({ name, transport, url, command, args, secretNames }) => {
        const values = Object.fromEntries(secretNames.map((secret) => [secret, `\${${secret}}`]));
        const entry =
          transport === "http"
            ? { type: "http", url: url ?? "", headers: values }
            : { command: command ?? "", args, env: values };
        return [name, entry];
      }),
    ),
  };
}
