import { addressOf } from "#server/door.ts";
import { describeApi } from "#server/http/openapi.ts";
import { operations } from "#server/trpc/operations.ts";

/** The API's description holds nothing of an organization, so anybody may read it. */
export function GET(request: Request) {
  return Response.json(describeApi(operations, addressOf(request)));
}
