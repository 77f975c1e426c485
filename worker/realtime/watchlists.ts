import type { Connection } from "./connection.ts";
import { messageFrame } from "./frames.ts";
import { Nodes } from "./nodes/nodes.ts";

type Change = { name: "online" | "offline"; user_ids: readonly string[] };

/**
 * Who is online, and who wants to know: a user is while one of their connections is signed in. Whoever signs in with a
 * watchlist is told at once which of it are, and then of every change.
 */
export class Watchlists {
  private readonly online = new Map<string, number>();
  private readonly watchers = new Map<string, Set<Connection>>();
  private readonly watched = new Map<Connection, readonly string[]>();
  private readonly nodes: Nodes;

  constructor(nodes = new Nodes()) {
    this.nodes = nodes;
  }

  /** A connection signed in. */
  enter(connection: Connection, userId: string, watchlist: readonly string[]): void {
    const connections = (this.online.get(userId) ?? 0) + 1;
    this.online.set(userId, connections);
    if (connections === 1) this.changed(userId, "online");
    const ids = [...new Set(watchlist)];
    this.watched.set(connection, ids);
    for (const id of ids) this.watchers.set(id, (this.watchers.get(id) ?? new Set()).add(connection));
    const here = ids.filter((id) => this.isOnline(id));
    const away = ids.filter((id) => !this.isOnline(id));
    const events: Change[] = [];
    if (here.length > 0) events.push({ name: "online", user_ids: here });
    if (away.length > 0) events.push({ name: "offline", user_ids: away });
    if (events.length > 0) connection.send(watchlistFrame(events));
  }

  /** A connection ended; nothing when it was never signed in. */
  leave(connection: Connection): void {
    const { userId } = connection;
    const ids = this.watched.get(connection);
    if (userId === undefined || !ids) return;
    this.watched.delete(connection);
    for (const id of ids) {
      const those = this.watchers.get(id);
      those?.delete(connection);
      if (those?.size === 0) this.watchers.delete(id);
    }
    const connections = (this.online.get(userId) ?? 1) - 1;
    if (connections > 0) return void this.online.set(userId, connections);
    this.online.delete(userId);
    this.changed(userId, "offline");
  }

  /** Who is signed in on this node. */
  here(): string[] {
    return [...this.online.keys()];
  }

  /** Somebody came or went on the other nodes. */
  changedElsewhere(userId: string, name: Change["name"]): void {
    if (!this.online.has(userId)) this.tell(userId, name);
  }

  isKnown(connection: Connection): boolean {
    return this.watched.has(connection);
  }

  private isOnline(userId: string): boolean {
    return this.online.has(userId) || this.nodes.directory.isOnline(userId);
  }

  private changed(userId: string, name: Change["name"]): void {
    this.nodes.say({ type: name, userId });
    if (!this.nodes.directory.isOnline(userId)) this.tell(userId, name);
  }

  private tell(userId: string, name: Change["name"]): void {
    const watchers = this.watchers.get(userId);
    if (!watchers) return;
    const frame = watchlistFrame([{ name, user_ids: [userId] }]);
    for (const watcher of watchers) watcher.send(frame);
  }
}

const watchlistFrame = (events: readonly Change[]): Buffer =>
  messageFrame({ event: "pusher_internal:watchlist_events", data: JSON.stringify({ events }) });
