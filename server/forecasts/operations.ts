import { defineOperation } from "../operation.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const forecastPlan = defineOperation({
  name: "forecast_plan",
  summary:
    "Read when a plan will be done and what it will cost, with honest bands, and what more or fewer agents change.",
  kind: "read",
  permission: "task:read",
  input: schema.forecastPlanInput,
  output: schema.planForecast,
  run: service.forecastPlan,
});
