import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { now } from "../figure.ts";

export type Peer = "entourage" | "ws" | "socket.io";

/** What a thin client says to each server to hear the channel `load`, and what tells it that it does. */
const dialects: Record<Peer, { path: string; greeting: string; hello: string; isSeated: (text: string) => boolean }> = {
  entourage: {
    path: "/app/bench?protocol=7",
    greeting: "pusher:connection_established",
    hello: '{"event":"pusher:subscribe","data":{"channel":"load"}}',
    isSeated: (text) => text.includes("subscription_succeeded"),
  },
  ws: { path: "/", greeting: "welcome", hello: "join", isSeated: (text) => text === "joined" },
  // Engine.IO 4: `40` opens the namespace, `42[…]` is an event.
  "socket.io": {
    path: "/socket.io/?EIO=4&transport=websocket",
    greeting: "40{",
    hello: '42["join","load"]',
    isSeated: (text) => text === '42["joined"]',
  },
};

/** Subscribers that only count and, of each message, note how old it was: the same client for every server. */
export class Audience {
  ages: number[] = [];
  private readonly sockets: WebSocket[] = [];
  private readonly size: number;
  private messages = 0;
  private seated = 0;

  private constructor(size: number) {
    this.size = size;
  }

  static async gather(port: number, size: number, peer: Peer, isSubscribing = true): Promise<Audience> {
    const audience = new Audience(size);
    for (let i = 0; i < size; i++) {
      audience.seat(port, peer, isSubscribing);
      // No more are on their way than a server's queue of new connections holds.
      while (i + 1 - audience.seated > 200) await delay(1);
    }
    while (audience.seated < size) await delay(5);
    return audience;
  }

  async heard(messages: number): Promise<void> {
    while (this.messages < messages * this.size) await delay(1);
    this.messages = 0;
  }

  leave(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  private seat(port: number, peer: Peer, isSubscribing: boolean): void {
    const { path, greeting, hello, isSeated } = dialects[peer];
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false });
    this.sockets.push(socket);
    socket.on("message", (message: Buffer) => {
      const at = now();
      const text = message.toString("latin1");
      if (text.startsWith("0{")) socket.send("40");
      else if (text === "2") socket.send("3");
      else if (text.includes(greeting)) {
        if (isSubscribing) socket.send(hello);
        else this.seated += 1;
      } else if (isSeated(text)) this.seated += 1;
      const sentMs = /"(\d+\.\d+) /.exec(text)?.[1];
      if (sentMs === undefined) return;
      this.ages.push(at - Number(sentMs));
      this.messages += 1;
    });
  }
}

const padding = "x".repeat(150);

/** A message of about 200 bytes that carries its time. */
export function frame() {
  return { channel: "load", event: "tick", data: `${now().toFixed(3)} ${padding}` };
}
