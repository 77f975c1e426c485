import { webDoor } from "#app/_server/door.ts";
import { answerUpload } from "#server/workspace-files/streams.ts";

export async function PUT(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answerUpload(await webDoor(), request, (await params).id);
}
