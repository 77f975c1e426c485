import { webDoor } from "#app/_server/door.ts";
import { handleLogin } from "#server/tokens/http.ts";

export const POST = async (request: Request) => handleLogin(await webDoor(), request);
