import { webDoor } from "#app/_server/door.ts";
import { answerSessionStream } from "#server/sessions/streaming.ts";

export const GET = async (request: Request, { params }: { params: Promise<{ id: string }> }) =>
  answerSessionStream(await webDoor(), request, (await params).id);
