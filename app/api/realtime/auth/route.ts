import { webDoor } from "#app/_server/door.ts";
import { webPush } from "#app/_server/realtime.ts";
import { answerSubscription } from "#server/realtime/answer.ts";

export const POST = async (request: Request) => answerSubscription(await webDoor(), webPush(), request);
