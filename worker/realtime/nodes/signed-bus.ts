import { createHmac } from "node:crypto";
import { isSame } from "../signature.ts";
import type { Bus } from "./bus.ts";

/**
 * A line on which only words of our own nodes are heard: each text has a signature by the secret that the nodes share in
 * front of it. Whoever else may write to the same Redis could say to every browser what they like otherwise, or send all
 * away.
 */
export function signedBus(bus: Bus, secret: string): Bus {
  const sign = (text: string) => createHmac("sha256", secret).update(`realtime node\n${text}`).digest("base64url");
  return {
    ...bus,
    start: (onText) =>
      bus.start((signed) => {
        const end = signed.indexOf(" ");
        const text = signed.slice(end + 1);
        if (end > 0 && isSame(sign(text), signed.slice(0, end))) onText(text);
      }),
    send: (text) => bus.send(`${sign(text)} ${text}`),
  };
}
