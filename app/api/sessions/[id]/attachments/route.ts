import { webDoor } from "#app/_server/door.ts";
import { answerAttachment } from "#server/sessions/attachments.ts";

export const POST = async (request: Request, { params }: { params: Promise<{ id: string }> }) =>
  answerAttachment(await webDoor(), request, (await params).id);
