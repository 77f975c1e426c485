import { webDoor } from "#app/_server/door.ts";
import { answerReport } from "#server/reports/serving.ts";

export async function GET(request: Request, { params }: { params: Promise<{ id: string }> }) {
  return answerReport(await webDoor(), request, (await params).id);
}
