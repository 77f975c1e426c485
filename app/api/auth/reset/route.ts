import { webDoor } from "#app/_server/door.ts";
import { handleReset } from "#server/tokens/http.ts";

export const POST = async (request: Request) => handleReset(await webDoor(), request);
