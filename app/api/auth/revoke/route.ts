import { webDoor } from "#app/_server/door.ts";
import { handleRevoke } from "#server/tokens/http.ts";

export const POST = async (request: Request) => handleRevoke(await webDoor(), request);
