import { webDoor } from "#app/_server/door.ts";
import { answerOperation } from "#server/http/answer.ts";
import { getRealtimeStats } from "#server/realtime/operations.ts";
import { operations } from "#server/trpc/operations.ts";

export const GET = async (request: Request) =>
  answerOperation(await webDoor(), request, operations, getRealtimeStats.name, {});
