import { webDoor } from "#app/_server/door.ts";
import { getAliases } from "#server/http/aliases.ts";
import { answerOperation } from "#server/http/answer.ts";
import { operations } from "#server/trpc/operations.ts";

export async function GET(request: Request, { params }: { params: Promise<{ agent: string }> }) {
  const { agent } = await params;
  return answerOperation(await webDoor(), request, operations, getAliases.profile, { handle: agent });
}
