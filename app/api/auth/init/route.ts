import { webDoor } from "#app/_server/door.ts";
import { handleInit } from "#server/profile-sign-ins/http.ts";

export const POST = async (request: Request) => handleInit(await webDoor(), request);
