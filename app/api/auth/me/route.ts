import { webDoor } from "#app/_server/door.ts";
import { handleMe } from "#server/tokens/http.ts";

export const GET = async (request: Request) => handleMe(await webDoor(), request);
