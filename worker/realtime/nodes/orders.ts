import type { NodeMessage } from "./messages.ts";

type Order = Extract<NodeMessage, { type: "evict" | "terminate" }>;

interface Open {
  readonly order: Order;
  readonly nodes: Set<string>;
  readonly resolve: () => void;
}

/** What other nodes were asked to do and have not said that they did. */
export class Orders {
  private readonly open = new Map<string, Open>();
  private readonly say: (order: Order) => void;

  constructor(say: (order: Order) => void) {
    this.say = say;
  }

  /** Resolves when each of the nodes has done it or was withdrawn. */
  give(order: Order, nodes: readonly string[]): Promise<void> {
    if (nodes.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.open.set(order.id, { order, nodes: new Set(nodes), resolve });
      this.say(order);
    });
  }

  done(id: string, node: string): void {
    const open = this.open.get(id);
    if (open) this.strike(open, node);
  }

  /** That node will do nothing more. */
  withdraw(node: string): void {
    for (const open of [...this.open.values()]) this.strike(open, node);
  }

  /** Words may be lost on the line. */
  repeat(): void {
    for (const { order } of this.open.values()) this.say(order);
  }

  close(): void {
    for (const { resolve } of this.open.values()) resolve();
    this.open.clear();
  }

  private strike({ order, nodes, resolve }: Open, node: string): void {
    nodes.delete(node);
    if (nodes.size > 0) return;
    this.open.delete(order.id);
    resolve();
  }
}
