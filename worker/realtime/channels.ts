import { isOwnChannel, isPresence, keepsLastEvent } from "./channel-names.ts";
import type { Connection, Member, Subscription } from "./connection.ts";
import { EventCache } from "./event-cache.ts";
import { messageFrame, subscribedFrame, subscriptionErrorFrame } from "./frames.ts";
import type { Limits } from "./limits.ts";
import type { NodeState, RemoteEvent } from "./nodes/messages.ts";
import { Nodes } from "./nodes/nodes.ts";
import type { Report } from "./webhooks.ts";

interface Channel {
  readonly subscribers: Set<Connection>;
  /** Presence counts people, not tabs: a user is a member while at least one of their connections is subscribed. */
  readonly members: Map<string, { member: Member; connections: number }>;
}

/** What a caller of the HTTP API may learn about a channel. */
export interface ChannelState {
  readonly subscriptionCount: number;
  readonly userIds: readonly string[];
  readonly cached: { readonly data: unknown; readonly secondsLeft: number } | undefined;
}

/** How much of the cached events a node that comes is told, newest first. */
const toldCacheBytes = 262_144;

/** Who is subscribed to what; a channel exists while somebody is, here or on another node. */
export class Channels {
  private readonly channels = new Map<string, Channel>();
  private readonly cache: EventCache;
  private readonly report: Report;
  private readonly nodes: Nodes;
  /** Channels whose subscribers have not been told their number yet. */
  private readonly uncounted = new Map<string, NodeJS.Timeout>();
  /** Those of them whose number changed here: it is reported by the node where it changed. */
  private readonly unreported = new Set<string>();

  constructor(limits: Limits, report: Report = () => {}, nodes = new Nodes()) {
    this.cache = new EventCache(limits);
    this.report = report;
    this.nodes = nodes;
  }

  get size(): number {
    return this.channels.size;
  }

  /** Over all channels: one connection in two channels counts twice. */
  get subscriptions(): number {
    let count = 0;
    for (const { subscribers } of this.channels.values()) count += subscribers.size;
    return count;
  }

  occupied(prefix: string): string[] {
    const names = new Set([...this.channels.keys(), ...this.nodes.directory.channels()]);
    return [...names].filter((name) => name.startsWith(prefix));
  }

  isOccupied(name: string): boolean {
    return this.countOf(name) > 0;
  }

  describe(name: string): ChannelState {
    const cached = this.cache.find(name);
    return {
      subscriptionCount: this.countOf(name),
      userIds: [...this.membersOf(name).keys()],
      cached: cached && { data: cached.data, secondsLeft: Math.ceil((cached.expiresMs - Date.now()) / 1_000) },
    };
  }

  hasMember(name: string, userId: string): boolean {
    return (this.channels.get(name)?.members.has(userId) ?? false) || this.nodes.directory.hasMember(name, userId);
  }

  memberCount(name: string): number {
    return this.membersOf(name).size;
  }

  /** Subscribes a connection, tells it so, tells the other members, and sends what a cache channel has kept. */
  join(connection: Connection, name: string, subscription: Subscription): void {
    if (connection.subscriptions.has(name)) return;
    const channel = this.channels.get(name) ?? { subscribers: new Set<Connection>(), members: new Map() };
    if (!this.isOccupied(name)) this.report({ name: "channel_occupied", channel: name });
    this.channels.set(name, channel);
    const { member } = subscription;
    if (member) this.addMember(name, channel, member);
    channel.subscribers.add(connection);
    connection.subscriptions.set(name, subscription);
    connection.send(subscribedFrame(name, isPresence(name) ? presenceData(this.membersOf(name)) : "{}"));
    if (keepsLastEvent(name)) this.sendKept(connection, name);
    this.counted(name, channel);
  }

  leave(connection: Connection, name: string): void {
    const subscription = connection.subscriptions.get(name);
    const channel = this.channels.get(name);
    if (!subscription || !channel) return;
    connection.subscriptions.delete(name);
    channel.subscribers.delete(connection);
    if (subscription.member) this.removeMember(name, channel, subscription.member.user_id);
    this.counted(name, channel);
    if (channel.subscribers.size > 0) return;
    this.channels.delete(name);
    if (!this.isOccupied(name)) this.report({ name: "channel_vacated", channel: name });
  }

  leaveAll(connection: Connection): void {
    for (const name of [...connection.subscriptions.keys()]) this.leave(connection, name);
  }

  /** Ends all subscriptions to a channel on this node, or one user's, and tells each client; returns how many. */
  evict(name: string, userId?: string): number {
    const evicted = [...(this.channels.get(name)?.subscribers ?? [])].filter(
      (connection) =>
        userId === undefined || connection.userId === userId || connection.subscriptions.get(name)?.userId === userId,
    );
    const frame = subscriptionErrorFrame(name, "AuthError", "Access to this channel was revoked.", 403);
    for (const connection of evicted) {
      const auth = connection.subscriptions.get(name)?.auth;
      if (auth !== undefined) connection.spentAuths.add(auth);
      this.leave(connection, name);
    }
    // The subscriptions end now; the clients hear of it two milliseconds later, so that an authorization
    // they ask for in answer is dated after the eviction and not refused together with the old ones.
    setTimeout(() => {
      for (const connection of evicted) connection.send(frame);
    }, 2);
    return evicted.length;
  }

  /** Sends an event to every subscriber, on every node. */
  publish(
    name: string,
    event: string,
    data: unknown,
    options: { exceptSocketId?: string | undefined; userId?: string | undefined } = {},
  ): void {
    this.deliver({ type: "event", channel: name, event, data, ...options });
    this.nodes.say({ type: "event", channel: name, event, data, ...options });
  }

  /** Sends an event to every subscriber of this node; the frame is built once for all of them. */
  deliver({ channel: name, event, data, exceptSocketId, userId }: RemoteEvent): void {
    if (keepsLastEvent(name) && !event.startsWith("client-")) this.cache.keep(name, event, data);
    const channel = this.channels.get(name);
    if (!channel) return;
    this.broadcast(channel, messageFrame({ event, channel: name, data, user_id: userId }), exceptSocketId);
  }

  /** All that other nodes have to know of this one. */
  state(): Pick<NodeState, "channels" | "cached"> {
    const channels = [...this.channels].map(([name, { subscribers, members }]) => ({
      name,
      count: subscribers.size,
      members: [...members.values()].map(({ member }) => member),
    }));
    return { channels, cached: this.cache.newest(toldCacheBytes) };
  }

  /** Keeps what another node has kept of cache channels, where nothing newer is known. */
  keep(cached: NodeState["cached"]): void {
    for (const { channel, event, data, secondsLeft } of cached) {
      if (!this.cache.find(channel)) this.cache.keep(channel, event, data, secondsLeft);
    }
  }

  /** Tells the members here who came or went elsewhere. */
  memberElsewhere(name: string, change: "member_added" | "member_removed", member: Member): void {
    const channel = this.channels.get(name);
    if (!channel || channel.members.has(member.user_id)) return;
    const data = JSON.stringify(member);
    this.broadcast(channel, messageFrame({ event: `pusher_internal:${change}`, channel: name, data }));
  }

  /** The number of subscribers changed elsewhere. */
  countedElsewhere(name: string): void {
    const channel = this.channels.get(name);
    if (channel) this.countLater(name, channel);
  }

  private countOf(name: string): number {
    return (this.channels.get(name)?.subscribers.size ?? 0) + this.nodes.directory.count(name);
  }

  private membersOf(name: string): Map<string, Member> {
    const here = [...(this.channels.get(name)?.members ?? [])].map(([id, { member }]): [string, Member] => [
      id,
      member,
    ]);
    return new Map([...here, ...this.nodes.directory.members(name)]);
  }

  private counted(name: string, channel: Channel): void {
    this.nodes.say({ type: "count", channel: name, count: channel.subscribers.size });
    this.unreported.add(name);
    this.countLater(name, channel);
  }

  private broadcast(channel: Channel, frame: Buffer, exceptSocketId?: string): void {
    for (const connection of channel.subscribers) if (connection.id !== exceptSocketId) connection.send(frame);
  }

  private addMember(name: string, channel: Channel, member: Member): void {
    const known = channel.members.get(member.user_id);
    if (known) {
      known.connections += 1;
      return;
    }
    channel.members.set(member.user_id, { member, connections: 1 });
    this.nodes.say({ type: "arrived", channel: name, member });
    if (this.nodes.directory.hasMember(name, member.user_id)) return;
    this.report({ name: "member_added", channel: name, user_id: member.user_id });
    const data = JSON.stringify(member);
    this.broadcast(channel, messageFrame({ event: "pusher_internal:member_added", channel: name, data }));
  }

  private removeMember(name: string, channel: Channel, userId: string): void {
    const known = channel.members.get(userId);
    if (!known) return;
    known.connections -= 1;
    if (known.connections > 0) return;
    channel.members.delete(userId);
    this.nodes.say({ type: "left", channel: name, userId });
    if (this.nodes.directory.hasMember(name, userId)) return;
    this.report({ name: "member_removed", channel: name, user_id: userId });
    const data = JSON.stringify({ user_id: userId });
    this.broadcast(channel, messageFrame({ event: "pusher_internal:member_removed", channel: name, data }));
  }

  /** Tells the subscribers how many they are, soon; where they are many, every five seconds at most, as hosted Pusher does. */
  private countLater(name: string, { subscribers }: Channel): void {
    if (isPresence(name) || isOwnChannel(name) || name.startsWith("#")) return void this.unreported.delete(name);
    if (this.uncounted.has(name)) return;
    const waitMs = subscribers.size > 100 ? 5_000 : 20;
    this.uncounted.set(name, setTimeout(() => this.tellCount(name), waitMs).unref());
  }

  private tellCount(name: string): void {
    this.uncounted.delete(name);
    const isOurs = this.unreported.delete(name);
    const channel = this.channels.get(name);
    if (!channel) return;
    const count = { subscription_count: this.countOf(name) };
    if (isOurs) this.report({ name: "subscription_count", channel: name, ...count });
    const data = JSON.stringify(count);
    this.broadcast(channel, messageFrame({ event: "pusher_internal:subscription_count", channel: name, data }));
  }

  private sendKept(connection: Connection, name: string): void {
    const kept = this.cache.find(name);
    if (!kept) this.report({ name: "cache_miss", channel: name });
    connection.send(
      kept
        ? messageFrame({ event: kept.event, channel: name, data: kept.data })
        : messageFrame({ event: "pusher:cache_miss", channel: name, data: "{}" }),
    );
  }
}

function presenceData(members: ReadonlyMap<string, Member>): string {
  const ids = [...members.keys()];
  const hash = Object.fromEntries([...members].map(([id, member]) => [id, member.user_info ?? {}]));
  return JSON.stringify({ presence: { count: ids.length, ids, hash } });
}
