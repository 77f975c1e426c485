import { webDoor } from "#app/_server/door.ts";
import { answerTurnStream } from "#server/turns/streaming.ts";

export const GET = async (request: Request, { params }: { params: Promise<{ task: string }> }) =>
  answerTurnStream(await webDoor(), request, (await params).task);
