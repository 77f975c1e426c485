import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { AppError } from "../errors.ts";

/** What is drawn. Width and height are pixels. */
export interface Picture {
  prompt: string;
  avoid: string;
  width: number;
  height: number;
  seed: number;
}

const mostBytes = 32 * 1024 * 1024;
const pollMilliseconds = 500;

/**
 * Draws one picture with a ComfyUI server: queues a workflow, waits for it in its history, and brings the file. What was
 * queued is taken back when `signal` aborts. https://docs.comfy.org/development/comfyui-server/comms_routes
 * @returns the bytes of a PNG. @throws AppError unavailable or invalid, in the server's words.
 */
export async function drawPicture(
  { url, model }: { url: string; model: string },
  picture: Picture,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const call = caller(url.replace(/\/+$/, ""), signal);
  const id = await queue(call, workflowOf(model, picture));
  try {
    const file = await waitForFile(call, id, signal);
    const query = new URLSearchParams({ filename: file.filename, subfolder: file.subfolder, type: file.type });
    return await bytesOf(await call(`/view?${query}`));
  } catch (error) {
    if (signal.aborted) await takeBack(url.replace(/\/+$/, ""), id);
    throw error;
  }
}

type Call = (path: string, body?: unknown) => Promise<Response>;

const caller =
  (base: string, signal: AbortSignal): Call =>
  async (path, body) => {
    const sent =
      body === undefined
        ? { signal }
        : { signal, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    try {
      return await fetch(`${base}${path}`, sent);
    } catch {
      signal.throwIfAborted();
      throw new AppError("unavailable", "The image server does not answer. Go on without the image, or ask a person.");
    }
  };

const queued = z.object({ prompt_id: z.string().min(1).max(200) });

async function queue(call: Call, workflow: unknown): Promise<string> {
  const response = await call("/prompt", { prompt: workflow });
  if (!response.ok) throw new AppError("invalid", `The image server refused: ${await wordsOf(response)}`);
  const parsed = queued.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) throw new AppError("unavailable", "What answers for the image server is no ComfyUI.");
  return parsed.data.prompt_id;
}

const image = z.object({ filename: z.string(), subfolder: z.string().default(""), type: z.string().default("output") });
const entry = z.object({
  status: z
    .object({ status_str: z.string().optional(), completed: z.boolean().optional(), messages: z.unknown() })
    .optional(),
  outputs: z.record(z.string(), z.object({ images: z.array(image).optional() })).default({}),
});

/** A workflow that is queued or runs has no entry in the history yet. */
async function waitForFile(call: Call, id: string, signal: AbortSignal): Promise<z.output<typeof image>> {
  for (;;) {
    const response = await call(`/history/${encodeURIComponent(id)}`);
    const all = z.record(z.string(), entry).safeParse(await response.json().catch(() => undefined));
    const found = all.success ? all.data[id] : undefined;
    const file = Object.values(found?.outputs ?? {}).flatMap(({ images = [] }) => images)[0];
    if (file) return file;
    if (found?.status?.status_str === "error" || found?.status?.completed)
      throw new AppError(
        "unavailable",
        `The image server drew nothing: ${JSON.stringify(found.status.messages ?? "it does not say why").slice(0, 1_000)}`,
      );
    if (!response.ok && response.status !== 404)
      throw new AppError("unavailable", `The image server answers ${response.status}.`);
    await delay(pollMilliseconds, undefined, { signal });
  }
}

const png = [0x89, 0x50, 0x4e, 0x47];

async function bytesOf(response: Response): Promise<Uint8Array> {
  if (!response.ok) throw new AppError("unavailable", `The image server gives no file: ${response.status}.`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new AppError("too_large", `The image is larger than ${mostBytes / 1024 / 1024} MB.`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  if (png.some((byte, at) => bytes[at] !== byte))
    throw new AppError("unavailable", "The image server gave a file that is no PNG.");
  return bytes;
}

/** Out of the queue, and stopped if it is being drawn. Nobody waits for it: the work on the task is over. */
async function takeBack(base: string, id: string): Promise<void> {
  const call = caller(base, AbortSignal.timeout(2_000));
  await call("/queue", { delete: [id] }).catch(() => undefined);
  await call("/interrupt", { prompt_id: id }).catch(() => undefined);
}

const refusal = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) });

async function wordsOf(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  try {
    const { error } = refusal.parse(JSON.parse(text));
    return (typeof error === "string" ? error : error.message).slice(0, 500);
  } catch {
    return `it answers ${response.status}.`;
  }
}

/** Text to image in the API's form: nodes by number, links as [node, output]. The same picture is the same workflow. */
function workflowOf(checkpoint: string, { prompt, avoid, width, height, seed }: Picture) {
  const node = (name: string, inputs: Record<string, unknown>) => ({ class_type: name, inputs });
  return {
    1: node("CheckpointLoaderSimple", { ckpt_name: checkpoint }),
    2: node("CLIPTextEncode", { text: prompt, clip: ["1", 1] }),
    3: node("CLIPTextEncode", { text: avoid, clip: ["1", 1] }),
    4: node("EmptyLatentImage", { width, height, batch_size: 1 }),
    5: node("KSampler", {
      ...{ seed, steps: 25, cfg: 7, sampler_name: "euler", scheduler: "normal", denoise: 1 },
      ...{ model: ["1", 0], positive: ["2", 0], negative: ["3", 0], latent_image: ["4", 0] },
    }),
    6: node("VAEDecode", { samples: ["5", 0], vae: ["1", 2] }),
    7: node("SaveImage", { filename_prefix: "entourage", images: ["6", 0] }),
  };
}
