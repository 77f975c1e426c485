import { webDoor } from "#app/_server/door.ts";
import { answerTrpc } from "#server/trpc/answer.ts";

const handle = async (request: Request) => answerTrpc(await webDoor(), request, "/api/trpc");
export { handle as GET, handle as POST };
