import { startDebianEngine } from "../server/sandbox/test/debian-engine.ts";
import { canStartEngine } from "../server/sandbox/test/docker-engine.ts";
import { type Product, startProduct } from "./product.ts";
import { test } from "./test.ts";

/** A product of their own, whose gates and agents run in containers of an engine of their own. */
export const inDocker = test.extend<object, { product: Product }>({
  product: [
    // oxlint-disable-next-line eslint/no-empty-pattern -- Playwright reads from it what a fixture needs
    async ({}, use) => {
      const engine = await startDebianEngine("walks");
      const product = await startProduct({ settings: engine?.settings ?? {}, log: "product-in-docker.log" });
      await use(product);
      await product.stop();
      await engine?.stop();
    },
    { scope: "worker", timeout: 600_000 },
  ],
  baseURL: ({ product }, use) => use(product.url),
});

/** In the long run alone, and where an engine can be started. */
export const hasDocker = process.env.ENTOURAGE_TEST_FULL === "1" && canStartEngine();
