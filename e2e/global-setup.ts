import type { FullConfig } from "@playwright/test";
import { startProduct } from "./product.ts";

/**
 * A product for each worker, so that walks that are taken at once meet only in the processor; or the one that runs at
 * BASE_URL already.
 */
export default async function setUp({ workers }: FullConfig): Promise<(() => Promise<void>) | undefined> {
  if (process.env.BASE_URL || process.env.E2E_PRODUCTS) return undefined;
  const starting = Array.from({ length: workers }, (_, index) => startProduct({ log: `product-${index}.log` }));
  const started = await Promise.allSettled(starting);
  const products = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = async () => {
    await Promise.all(products.map((product) => product.stop()));
  };
  const failed = started.find((one) => one.status === "rejected");
  if (failed) {
    await stop();
    throw failed.reason;
  }
  process.env.E2E_PRODUCTS = JSON.stringify(
    products.map(({ url, dataDir, workerPort }) => ({ url, dataDir, workerPort })),
  );
  return stop;
}
