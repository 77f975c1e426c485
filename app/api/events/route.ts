import { webDoor } from "#app/_server/door.ts";
import { answerEventStream } from "#server/event-streams/answer.ts";

export const GET = async (request: Request) => answerEventStream(await webDoor(), request);
