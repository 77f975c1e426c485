const channelName = /^[A-Za-z0-9_\-=@,.;]{1,200}$/;
const serverToUser = "#server-to-user-";

/** Channels that only the product itself publishes to. */
const ownPrefixes = ["private-org.", "private-team.", "private-user.", "private-channel."];

export function isChannelName(name: string): boolean {
  return channelName.test(name);
}

/** The channel on which a signed-in user's connections hear what is sent to that user. */
export function userChannel(userId: string): string {
  return serverToUser + userId;
}

export function isUserChannel(name: string): boolean {
  return name.startsWith(serverToUser) && name.length > serverToUser.length && name.length <= 200 + serverToUser.length;
}

export function needsAuthorization(name: string): boolean {
  return name.startsWith("private-") || isPresence(name);
}

export function isPresence(name: string): boolean {
  return name.startsWith("presence-");
}

export function keepsLastEvent(name: string): boolean {
  return /^(private-encrypted-|private-|presence-)?cache-/.test(name);
}

/** The product's own channels: subscriptions must be dated and name their user, and clients cannot speak on them. */
export function isOwnChannel(name: string): boolean {
  return ownPrefixes.some((prefix) => name.startsWith(prefix));
}

/** Clients may speak on private and presence channels, but not on encrypted ones (the server could not tell who may) nor on the product's own. */
export function acceptsClientEvents(name: string): boolean {
  return needsAuthorization(name) && !name.startsWith("private-encrypted-") && !isOwnChannel(name);
}
