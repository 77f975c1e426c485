import { type Outcome, outcomeOf } from "./command.ts";

/** Pages are typed by files that Next writes from the routes there are, so those come first. */
export async function checkTypes(): Promise<Outcome> {
  const routes = await outcomeOf("next", ["typegen"]);
  return routes.state === "failed" ? routes : outcomeOf("tsc", ["--noEmit"]);
}
