import { webDoor } from "#app/_server/door.ts";
import { answerOperation } from "#server/http/answer.ts";
import { operations } from "#server/trpc/operations.ts";

export async function POST(request: Request, { params }: { params: Promise<{ operation: string }> }) {
  const { operation } = await params;
  return answerOperation(await webDoor(), request, operations, operation);
}
