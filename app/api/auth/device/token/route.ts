import { webDoor } from "#app/_server/door.ts";
import { handleDeviceToken } from "#server/device-sign-ins/http.ts";

export const POST = async (request: Request) => handleDeviceToken(await webDoor(), request);
