import { startProduct } from "./product.ts";

/** One product for the whole run, or the one that runs at BASE_URL already. */
export default async function setUp(): Promise<(() => Promise<void>) | undefined> {
  if (process.env.BASE_URL) return undefined;
  const product = await startProduct();
  process.env.BASE_URL = product.url;
  process.env.E2E_DATA_DIR = product.dataDir;
  process.env.E2E_WORKER_PORT = String(product.workerPort);
  return product.stop;
}
