import { webDoor } from "#app/_server/door.ts";
import { postAliases } from "#server/http/aliases.ts";
import { answerOperation } from "#server/http/answer.ts";
import { operations } from "#server/trpc/operations.ts";

export const POST = async (request: Request) =>
  answerOperation(await webDoor(), request, operations, postAliases.publish);
