import { defineOperation } from "../operation.ts";
import { listPrices } from "./queries.ts";
import * as schema from "./schema.ts";
import { setPrice } from "./service.ts";

export const listPricesOperation = defineOperation({
  name: "list_prices",
  summary: "List what each known model costs per million tokens, in micro-dollars, and what becomes of unknown models.",
  kind: "read",
  permission: "org:read",
  input: schema.listPricesInput,
  output: schema.priceList,
  run: (context) => listPrices(context),
});

export const setPriceOperation = defineOperation({
  name: "set_price",
  summary: "Set what a model costs from now on, or * for all models nobody knows; what was booked keeps its price.",
  kind: "command",
  permission: "budgets:manage",
  input: schema.setPriceInput,
  output: schema.priceList,
  run: async (context, { cacheReadMicros, cacheWriteMicros, ...price }) => {
    await setPrice(context, {
      ...price,
      cacheReadMicros: cacheReadMicros ?? price.inputMicros,
      cacheWriteMicros: cacheWriteMicros ?? price.inputMicros,
    });
    return listPrices(context);
  },
});
