import { sql } from "drizzle-orm";
import type { z } from "zod";
import type { Context } from "../context.ts";
import { findTeam } from "../teams/finding.ts";
import { builtIn } from "./built-in.ts";
import { localModelsOf } from "./local-models.ts";
import type { listToolsInput, toolList } from "./schema.ts";

/** The tools that come with the product, and why one is not offered to models now. */
export async function listTools(
  context: Context,
  { teamId }: z.output<typeof listToolsInput>,
): Promise<z.output<typeof toolList>> {
  if (teamId) await findTeam(context, teamId);
  const { tx, settings } = context;
  const [server] = await tx.execute<{ detail: string }>(
    sql`select detail from instance_resources where name = 'image_server' and status = 'down'`,
  );
  const whyNoImages = !settings.images
    ? "No image server is set up (ENTOURAGE_IMAGE_URL)."
    : server
      ? `The image server is down: ${server.detail}`
      : null;
  const hasLocal = (await localModelsOf(context, teamId)).length > 0;
  const whyNoModel = hasLocal
    ? null
    : "No local model is set up, or none answers. Add an Ollama server under Models and keys.";
  const why = { workspace: null, image_server: whyNoImages, local_model: whyNoModel };
  return {
    tools: Object.values(builtIn).map(({ needs, ...tool }) => ({ ...tool, why: needs === null ? null : why[needs] })),
  };
}
