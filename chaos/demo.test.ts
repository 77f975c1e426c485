import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Product, startProduct } from "../e2e/product.ts";
import { findProcess, postmasterOf, runTask } from "./installation.ts";

let product: Product;
const at = () => ({ PORT: new URL(product.url).port, ENTOURAGE_DATA_DIR: product.dataDir });

beforeAll(async () => {
  product = await startProduct();
  const { code, output } = await runTask(
    "bootstrap",
    ["--email", "owner@example.org", "--password", "a-long-enough-password", "--org", "Chaos", "--json"],
    at(),
  ).done;
  if (code !== 0) throw new Error(`There is nobody to run the sample for:\n${output}`);
}, 180_000);
afterAll(() => product?.stop());

/** Kills what is found by then, again and again until something is there to kill. */
async function kill(find: () => number | undefined): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(100)) {
    const pid = find();
    if (!pid) continue;
    process.kill(pid, "SIGKILL");
    return;
  }
  throw new Error("there was nothing to kill");
}

test("the sample completes three times in a row and every promise holds", async () => {
  for (let round = 0; round < 3; round++) {
    const { code, output } = await runTask("demo", [], at()).done;
    expect(output).toContain("9 of 9 tasks merged");
    expect(code).toBe(0);
  }
}, 400_000);

test("with the worker killed twice and PostgreSQL once while it runs, nothing is lost and nothing doubled", async () => {
  const demo = runTask("demo", [], at());
  const worker = () => findProcess("worker/main.ts", product.dataDir);
  for (const victim of [worker, worker, () => postmasterOf(product.dataDir)]) {
    await delay(1_500); // The blows are spread over the run; when exactly they fall does not matter.
    await kill(victim);
  }
  const { code, output } = await demo.done;
  expect(output).toContain("9 of 9 tasks merged");
  expect(code).toBe(0);
  const doctor = await runTask("doctor", [], at()).done;
  expect(doctor.output).toContain("Everything holds.");
  expect(doctor.code).toBe(0);
}, 300_000);
