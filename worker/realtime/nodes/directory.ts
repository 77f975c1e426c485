import type { Member } from "../connection.ts";
import type { NodeState } from "./messages.ts";

interface Elsewhere {
  readonly counts: Map<string, number>;
  readonly members: Map<string, Map<string, Member>>;
  readonly online: Set<string>;
}

/** Told of what changed in the view of all other nodes together. */
export interface DirectoryWatcher {
  counted(channel: string): void;
  arrived(channel: string, member: Member): void;
  left(channel: string, userId: string): void;
  online(userId: string): void;
  offline(userId: string): void;
}

export interface Departed {
  readonly members: readonly { channel: string; userId: string }[];
  readonly channels: readonly string[];
}

/** Who is on the other nodes: subscriptions in numbers, members of presence channels, signed-in users. */
export class Directory {
  private readonly nodes = new Map<string, Elsewhere>();
  private watcher: DirectoryWatcher | undefined;

  watch(watcher: DirectoryWatcher): void {
    this.watcher = watcher;
  }

  count(channel: string): number {
    let sum = 0;
    for (const { counts } of this.nodes.values()) sum += counts.get(channel) ?? 0;
    return sum;
  }

  *channels(): Iterable<string> {
    for (const { counts } of this.nodes.values()) yield* counts.keys();
  }

  members(channel: string): Map<string, Member> {
    return new Map([...this.nodes.values()].flatMap(({ members }) => [...(members.get(channel) ?? [])]));
  }

  hasMember(channel: string, userId: string): boolean {
    for (const { members } of this.nodes.values()) if (members.get(channel)?.has(userId)) return true;
    return false;
  }

  isOnline(userId: string): boolean {
    for (const { online } of this.nodes.values()) if (online.has(userId)) return true;
    return false;
  }

  setCount(node: string, channel: string, count: number): void {
    const { counts } = this.of(node);
    if (count === 0) counts.delete(channel);
    else counts.set(channel, count);
    this.watcher?.counted(channel);
  }

  arrive(node: string, channel: string, member: Member): void {
    const isNew = !this.hasMember(channel, member.user_id);
    const { members } = this.of(node);
    const here = members.get(channel) ?? new Map<string, Member>();
    members.set(channel, here.set(member.user_id, member));
    if (isNew) this.watcher?.arrived(channel, member);
  }

  leave(node: string, channel: string, userId: string): void {
    const here = this.of(node).members.get(channel);
    if (!here?.delete(userId)) return;
    if (here.size === 0) this.of(node).members.delete(channel);
    if (!this.hasMember(channel, userId)) this.watcher?.left(channel, userId);
  }

  enter(node: string, userId: string): void {
    const isNew = !this.isOnline(userId);
    this.of(node).online.add(userId);
    if (isNew) this.watcher?.online(userId);
  }

  exit(node: string, userId: string): void {
    if (this.of(node).online.delete(userId) && !this.isOnline(userId)) this.watcher?.offline(userId);
  }

  /** Takes a node's own word for all it has; what it no longer has is gone. */
  replace(node: string, state: NodeState): void {
    const before = this.of(node);
    const counts = new Map(state.channels.map(({ name, count }) => [name, count]));
    const members = new Map(
      state.channels.map(({ name, members: here }) => [name, new Set(here.map(({ user_id }) => user_id))]),
    );
    const online = new Set(state.online);
    for (const [name, here] of [...before.members])
      for (const userId of [...here.keys()]) if (!members.get(name)?.has(userId)) this.leave(node, name, userId);
    for (const userId of [...before.online]) if (!online.has(userId)) this.exit(node, userId);
    for (const name of [...before.counts.keys()]) if (!counts.has(name)) this.setCount(node, name, 0);
    for (const { name, count, members: here } of state.channels) {
      if (before.counts.get(name) !== count) this.setCount(node, name, count);
      for (const member of here) this.arrive(node, name, member);
    }
    for (const userId of online) this.enter(node, userId);
  }

  /** A node ended: nobody is on it any more. @returns what now is nowhere else either. */
  remove(node: string): Departed {
    const { counts, members } = this.of(node);
    const names = [...counts.keys()];
    const people = [...members].flatMap(([channel, here]) => [...here.keys()].map((userId) => ({ channel, userId })));
    this.replace(node, { type: "state", channels: [], online: [], cached: [] });
    this.nodes.delete(node);
    return {
      members: people.filter(({ channel, userId }) => !this.hasMember(channel, userId)),
      channels: names.filter((channel) => this.count(channel) === 0),
    };
  }

  private of(node: string): Elsewhere {
    const known = this.nodes.get(node) ?? { counts: new Map(), members: new Map(), online: new Set() };
    this.nodes.set(node, known);
    return known;
  }
}
