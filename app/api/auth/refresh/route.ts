import { webDoor } from "#app/_server/door.ts";
import { handleRefresh } from "#server/tokens/http.ts";

export const POST = async (request: Request) => handleRefresh(await webDoor(), request);
