import { webDoor } from "#app/_server/door.ts";
import { answerDownload } from "#server/workspace-files/streams.ts";

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answerDownload(await webDoor(), request, (await params).id);
}
