import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { saveCredential } from "#server/credentials/service.ts";
import { openModelLab } from "#server/llm/test/model-lab.ts";
import { as, openTestRuntime, type TestOrg } from "#server/test/fixtures.ts";
import { workIn } from "#server/test/work.ts";
import { listToolsOperation } from "./operations.ts";
import { toolsFor } from "./registry.ts";
import { runTool } from "./run.ts";
import { onePixel, openComfy } from "./test/comfy-stand-in.ts";
import { openSetting, toolDeps } from "./test/setting.ts";
import type { ToolContext } from "./tool.ts";

const { runtime } = await openTestRuntime();
const deps = toolDeps(runtime);
const { run } = workIn(runtime);
const comfy = await openComfy();
const lab = await openModelLab();
afterAll(() => {
  comfy.close();
  return lab.close();
});

const patient = { timeout: 20_000 };

let calls = 0;
const use = async (context: ToolContext, name: string, input: unknown, id = `own-${++calls}`) =>
  runTool(deps, context, await toolsFor(deps, context), { id, name, input });
const images = { url: comfy.url, model: "sd.safetensors" };

const whyNot = async (org: TestOrg) => {
  const { tools } = await run(listToolsOperation, org.owner, { teamId: org.teamId });
  return Object.fromEntries(tools.map(({ name, why }) => [name, why]));
};

describe("an image", () => {
  it("is drawn by the image server and lands in the workspace, once for one call", async () => {
    runtime.settings.images = images;
    const { context, workspacePath } = await openSetting(runtime);
    comfy.answerWith("draw");
    const before = comfy.workflows.length;
    const drawn = { prompt: "a red boat", path: "art/boat.png", width: 512, height: 256 };
    const first = await use(context, "generate_image", drawn, "draw");
    expect(first).toMatchObject({ outcome: "ok", text: expect.stringContaining("Created art/boat.png (512 × 256") });
    expect(readFileSync(join(workspacePath, "art/boat.png"))).toEqual(onePixel);
    const workflow = Object.values(comfy.workflows.at(-1) ?? {});
    expect(workflow.find(({ class_type }) => class_type === "CheckpointLoaderSimple")?.inputs.ckpt_name).toBe(
      "sd.safetensors",
    );
    expect(workflow.some(({ inputs }) => inputs.text === "a red boat")).toBe(true);
    expect(await use(context, "generate_image", drawn, "draw")).toMatchObject({ replayed: true, text: first.text });
    expect(comfy.workflows.length).toBe(before + 1);
  });

  it("that cannot be drawn, leads out of the workspace or is no picture is told in words, and nothing is written", async () => {
    runtime.settings.images = images;
    const { context } = await openSetting(runtime);
    comfy.answerWith("refuse");
    expect((await use(context, "generate_image", { prompt: "x", path: "a.png" })).text).toContain("ckpt_name");
    comfy.answerWith("fail");
    expect(await use(context, "generate_image", { prompt: "x", path: "a.png" })).toMatchObject({ outcome: "failed" });
    comfy.answerWith("text");
    expect((await use(context, "generate_image", { prompt: "x", path: "a.png" })).text).toContain("no PNG");
    comfy.answerWith("draw");
    for (const path of ["../a.png", "/tmp/a.png", "a.sh"])
      expect(await use(context, "generate_image", { prompt: "x", path })).toMatchObject({ outcome: "refused" });
    expect((await use(context, "read_file", { path: "." })).text).toBe("(an empty folder)");
    runtime.settings.images = { ...images, url: "http://127.0.0.1:9" };
    expect((await use(context, "generate_image", { prompt: "x", path: "a.png" })).text).toContain("does not answer");
  });

  it("is taken back from the server when the work on the task is stopped", async () => {
    runtime.settings.images = images;
    const { context } = await openSetting(runtime);
    comfy.answerWith("wait");
    const before = comfy.workflows.length;
    const stop = new AbortController();
    const drawing = use({ ...context, signal: stop.signal }, "generate_image", { prompt: "x", path: "a.png" });
    drawing.catch(() => undefined);
    await expect.poll(() => comfy.workflows.length, patient).toBe(before + 1);
    stop.abort();
    await expect(drawing).rejects.toThrow();
    await expect.poll(() => comfy.takenBack.filter((id) => id === `p${before + 1}`).length, patient).toBe(2);
  });
});

describe("the tools that come with the product", () => {
  it("are listed, with the reason why one is not offered", async () => {
    delete runtime.settings.images;
    const { org, context } = await openSetting(runtime);
    const why = await whyNot(org);
    expect(Object.keys(why)).toEqual([
      ...["read_file", "write_file", "run_command", "generate_image", "local_llm"],
      ...["search_knowledge", "lookup_type"],
    ]);
    expect(why).toMatchObject({ read_file: null, generate_image: expect.stringContaining("ENTOURAGE_IMAGE_URL") });
    const offered = (await toolsFor(deps, context)).map(({ name }) => name);
    expect(offered.toSorted()).toEqual(
      Object.keys(why)
        .filter((name) => why[name] === null)
        .toSorted(),
    );
  });

  it("have a local model where the team has one, which answers for nothing and is counted under the task", async () => {
    const { org, context, task } = await openSetting(runtime);
    expect((await whyNot(org)).local_llm).toContain("No local model");
    expect((await toolsFor(deps, context)).some(({ name }) => name === "local_llm")).toBe(false);
    const saved = { provider: "ollama", api: "ollama" as const, baseUrl: lab.urls.ollama, key: null };
    await as(runtime, org.owner, (inside) => saveCredential(inside, saved, { ok: true, answer: "", models: [] }));
    expect((await whyNot(org)).local_llm).toBe(null);
    lab.answerWith(({ texts }) => ({ text: `short: ${texts.at(-1)?.slice(-5)}`, usage: { input: 7, output: 3 } }));
    expect(await use(context, "local_llm", { prompt: "Put it shortly: hello" })).toMatchObject({
      outcome: "ok",
      text: "short: hello",
    });
    const [used] = await runtime.db.execute<{ model: string; cost: number; tokens: number }>(
      sql`select model, cost_micros::float8 as cost, (input_tokens + output_tokens)::int as tokens from usage_records where task_id = ${task.id}`,
    );
    expect(used).toEqual({ model: "ollama/llama3.2", cost: 0, tokens: 10 });
  });
});
