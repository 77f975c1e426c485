import { webDoor } from "#app/_server/door.ts";
import { createMcp } from "#mcp/server.ts";

const answer = createMcp();
const handle = async (request: Request) => answer(await webDoor(), request);
export { handle as DELETE, handle as GET, handle as POST };
