/** The credentials of the one application that an embedded server serves; the id is numeric, as Pusher's own libraries expect. */
export interface PusherApp {
  readonly id: string;
  readonly key: string;
  readonly secret: string;
}

/** What one client or one publisher may ask for. The defaults of the first group are those of hosted Pusher, so that what works here works there. */
export interface Limits {
  readonly channelsPerTrigger: number;
  readonly eventsPerBatch: number;
  readonly dataBytes: number;
  readonly membersPerPresenceChannel: number;
  readonly memberBytes: number;
  readonly clientEventsPerSecond: number;
  readonly watchlistUsers: number;

  readonly requestBytes: number;
  readonly messageBytes: number;
  readonly messagesPerSecond: number;
  readonly channelsPerConnection: number;
  /** Past these a client is asked to come back later. */
  readonly connections: number;
  /** Past these, on this node, a client is told that there is no place for it. */
  readonly connectionQuota: number;
  /** Loopback addresses are not counted: behind our own front every socket would share one. */
  readonly connectionsPerAddress: number;
  /** What may wait for a reader, in our queue and the socket's, before the reader is cut. */
  readonly queuedBytes: number;
  readonly cachedEvents: number;
  readonly cacheSeconds: number;

  /** Whoever opens a connection and does not say what it wants is cut. */
  readonly headersSeconds: number;
  readonly activityTimeoutSeconds: number;
  readonly pongTimeoutSeconds: number;
  /** How far the clock of a signed HTTP request may be off. */
  readonly requestClockSeconds: number;
  /** How long a dated channel authorization may be used after it was asked for. */
  readonly authorizationSeconds: number;
}

export const defaultLimits: Limits = {
  channelsPerTrigger: 100,
  eventsPerBatch: 10,
  dataBytes: 10_240,
  membersPerPresenceChannel: 100,
  memberBytes: 2_048,
  clientEventsPerSecond: 10,
  watchlistUsers: 100,

  requestBytes: 1_048_576,
  messageBytes: 65_536,
  messagesPerSecond: 500,
  channelsPerConnection: 500,
  connections: 10_000,
  connectionQuota: Number.POSITIVE_INFINITY,
  connectionsPerAddress: 250,
  queuedBytes: 1_048_576,
  cachedEvents: 10_000,
  cacheSeconds: 1_800,

  headersSeconds: 10,
  activityTimeoutSeconds: 120,
  pongTimeoutSeconds: 30,
  requestClockSeconds: 600,
  authorizationSeconds: 60,
};
