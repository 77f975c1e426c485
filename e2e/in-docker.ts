import { startDebianEngine } from "../server/sandbox/test/debian-engine.ts";
import { canStartEngine } from "../server/sandbox/test/docker-engine.ts";
import { type Product, startProduct } from "./product.ts";
import { test } from "./test.ts";

/** A product of their own, whose gates and agents run in containers of an engine of their own. */
const inOwnProduct = test.extend<object, { product: Product }>({
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

/** A walk in the long run alone, and where an engine can be started. */
export const inDocker = process.env.ENTOURAGE_TEST_FULL === "1" && canStartEngine() ? inOwnProduct : inOwnProduct.skip;
