import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import Pusher from "pusher";

export interface PusherSettings {
  readonly appId: string;
  readonly key: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
  readonly useTLS: boolean;
  /** Whether the host is our own server, which knows evictions and dated authorizations; true when not said. */
  readonly isEmbedded?: boolean;
}

export interface PushFrame {
  readonly channel: string;
  readonly event: string;
  /** JSON, or a string that is sent as it is. Hosted Pusher takes 10 KB. */
  readonly data: unknown;
}

export interface SignInRequest {
  readonly socketId: string;
  readonly userId: string;
  /** When the request came in, taken before its permission was read: a revocation after that moment outruns the answer. */
  readonly askedAt: Date;
}

export interface ChannelRequest extends SignInRequest {
  readonly channel: string;
  /** What the other members of a presence channel see. */
  readonly userInfo?: Record<string, unknown>;
}

export interface PushClient {
  /** Sends frames in their order, ten to a request. Throws `PushFailed`, which says how many had been taken. */
  triggerFrames(frames: readonly PushFrame[]): Promise<void>;
  /** Signs a subscription; the caller has checked that the user may have it. */
  authorizeChannel(request: ChannelRequest): Pusher.ChannelAuthResponse;
  /** Signs a connection in as a user, so that it can be sent to and terminated by that name. */
  authenticateUser(request: SignInRequest): Pusher.UserAuthResponse;
  /**
   * Ends every connection of a user at once, and what they were signed before. Answers false where a part of the host
   * may not have heard of it: there only a new epoch in the channels' names revokes.
   */
  terminateUser(userId: string): Promise<boolean>;
  /** Ends the subscriptions of a channel, or one user's, at once. Answers false where the host cannot: there only a new epoch in the channel's name revokes. */
  evict(channel: string, userId?: string): Promise<boolean>;
  /** The names of channels that somebody is subscribed to. */
  occupied(prefix: string): Promise<string[]>;
  /** How many are subscribed to a channel. */
  subscribersOf(channel: string): Promise<number>;
  /** The channels of a prefix that somebody is subscribed to, with how many are. */
  countSubscribers(prefix: string): Promise<Map<string, number>>;
  /** Lets go of the kept connections. */
  close(): void;
}

/** The push host did not take what it was sent. Its message never holds the signed address. */
export class PushFailed extends Error {
  override readonly name = "PushFailed";
  readonly sent: number;
  readonly status: number | undefined;

  constructor(reason: string, details: { sent: number; status: number | undefined }) {
    super(`The realtime host did not take the request: ${reason}`);
    this.sent = details.sent;
    this.status = details.status;
  }
}

const framesPerRequest = 10;
/** Longer than several nodes of a host wait for one of them that died. */
const timeout = 8_000;

/** Connects to the embedded server or to any Pusher-compatible host. */
export function connectPusher(settings: PusherSettings): PushClient {
  const agent = settings.useTLS ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  const { appId, key, secret, host, useTLS, isEmbedded = true } = settings;
  const pusher = new Pusher({ appId, key, secret, host, port: String(settings.port), useTLS, agent, timeout });

  return {
    async triggerFrames(frames) {
      for (let sent = 0; sent < frames.length; sent += framesPerRequest) {
        // New objects: the library replaces `data` in what it is given.
        const batch = frames
          .slice(sent, sent + framesPerRequest)
          .map(({ channel, event, data }) => ({ channel, name: event, data }));
        await reach(() => pusher.triggerBatch(batch), sent);
      }
    },
    authorizeChannel({ socketId, channel, userId, askedAt, userInfo }) {
      const isPresence = channel.startsWith("presence-");
      if (!isEmbedded) {
        // Other hosts take signed data on presence channels only.
        return pusher.authorizeChannel(
          socketId,
          channel,
          isPresence ? { user_id: userId, user_info: userInfo } : undefined,
        );
      }
      const data = { user_id: userId, user_info: userInfo, issued_at: askedAt.getTime() };
      return pusher.authorizeChannel(socketId, channel, data);
    },
    authenticateUser: ({ socketId, userId, askedAt }) =>
      pusher.authenticateUser(socketId, { id: userId, issued_at: askedAt.getTime() }),
    async terminateUser(userId) {
      let isEverywhere = true;
      await reach(async () => {
        const response = await pusher.terminateUserConnections(userId);
        isEverywhere = !(await response.clone().text()).includes('"everywhere":false');
        return response;
      });
      return isEverywhere;
    },
    async evict(channel, userId) {
      if (!isEmbedded) return false;
      const params: Pusher.Params = userId === undefined ? {} : { user_id: userId };
      await reach(() => pusher.post({ path: `/channels/${channel}/evict`, params, body: "" }));
      return true;
    },
    async occupied(prefix) {
      let names: string[] = [];
      await reach(async () => {
        const response = await pusher.get({ path: "/channels", params: { filter_by_prefix: prefix } });
        names = namesIn(await response.clone().json());
        return response;
      });
      return names;
    },
    async subscribersOf(channel) {
      let count = 0;
      await reach(async () => {
        const response = await pusher.get({ path: `/channels/${channel}`, params: { info: "subscription_count" } });
        count = countIn(await response.clone().json());
        return response;
      });
      return count;
    },
    async countSubscribers(prefix) {
      let counts = new Map<string, number>();
      await reach(async () => {
        const params = { filter_by_prefix: prefix, info: "subscription_count" };
        const response = await pusher.get({ path: "/channels", params });
        counts = countsIn(await response.clone().json());
        return response;
      });
      return counts;
    },
    close: () => agent.destroy(),
  };
}

async function reach(request: () => Promise<Pusher.Response>, sent = 0): Promise<void> {
  try {
    const response = await request();
    // Reading the answer gives the connection back for the next request.
    await response.text();
  } catch (error) {
    throw whyFailed(error, sent);
  }
}

function namesIn(answer: unknown): string[] {
  if (typeof answer !== "object" || answer === null || !("channels" in answer)) return [];
  return Object.keys(answer.channels ?? {});
}

function countsIn(answer: unknown): Map<string, number> {
  if (typeof answer !== "object" || answer === null || !("channels" in answer)) return new Map();
  return new Map(
    Object.entries(answer.channels ?? {}).map(([name, told]) => [name, countIn({ occupied: true, ...told })]),
  );
}

/** A hosted cluster says the count only where it was switched on; a channel that is occupied has one at least. */
function countIn(answer: unknown): number {
  if (typeof answer !== "object" || answer === null) return 0;
  if ("subscription_count" in answer) return Number(answer.subscription_count);
  return "occupied" in answer && answer.occupied === true ? 1 : 0;
}

/** The library's own error carries the whole signed address, which would end up in logs. */
function whyFailed(error: unknown, sent: number): PushFailed {
  if (!(error instanceof Pusher.RequestError)) return new PushFailed("it is not valid", { sent, status: undefined });
  const { status, body } = error;
  if (status === undefined) return new PushFailed("it cannot be reached", { sent, status });
  return new PushFailed(`${status} ${(body ?? "").slice(0, 200)}`, { sent, status });
}
