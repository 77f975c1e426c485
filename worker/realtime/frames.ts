/** A WebSocket text frame from a server: final, unmasked, uncompressed. Built once, its bytes can go to any number of sockets. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = 0x81;
  if (start === 2) frame[1] = length;
  else if (start === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, start);
  return frame;
}

interface PusherMessage {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
  /** The sender of a client event on a presence channel. */
  readonly user_id?: string;
}

export function messageFrame(message: PusherMessage): Buffer {
  return textFrame(JSON.stringify(message));
}

export function establishedFrame(socketId: string, activityTimeoutSeconds: number): Buffer {
  const data = JSON.stringify({ socket_id: socketId, activity_timeout: activityTimeoutSeconds });
  return messageFrame({ event: "pusher:connection_established", data });
}

export function subscribedFrame(channel: string, data: string): Buffer {
  return messageFrame({ event: "pusher_internal:subscription_succeeded", channel, data });
}

export function subscriptionErrorFrame(channel: string, type: string, error: string, status: number): Buffer {
  return messageFrame({ event: "pusher:subscription_error", channel, data: { type, error, status } });
}

export function errorFrame(code: number | null, message: string): Buffer {
  return messageFrame({ event: "pusher:error", data: { code, message } });
}

export const pongFrame = messageFrame({ event: "pusher:pong", data: "{}" });
