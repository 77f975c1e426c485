import { z } from "zod";

const products = z
  .array(z.object({ url: z.string(), dataDir: z.string(), workerPort: z.int() }))
  .parse(JSON.parse(process.env.E2E_PRODUCTS ?? "[]"));

/** The product that this worker of the test runner walks in: each has one of its own. None where one runs already. */
export const product = products[Number(process.env.TEST_PARALLEL_INDEX ?? 0)];

/** Its address, or that of the one that was named from outside. */
export const baseURL = process.env.BASE_URL ?? product?.url ?? "";
