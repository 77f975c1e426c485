import { webDoor } from "#app/_server/door.ts";
import { handleAppCallback } from "#server/github-apps/http.ts";

export const GET = async (request: Request) => handleAppCallback(await webDoor(), request);
