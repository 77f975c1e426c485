/**
 * What the nodes of the realtime server share: a line on which each hears what all say, itself included, each speaker's
 * words in their order. Words may be lost or late; the nodes notice both by the words themselves.
 */
export interface Bus {
  readonly kind: "none" | "redis" | "postgres";
  /** Returns once it listens, or could not for a moment: then it goes on trying. */
  start(onText: (text: string) => void): Promise<void>;
  /** Where the line is down what is said is dropped: what comes late must not be heard any more. */
  send(text: string): void;
  /** Nothing was heard for long: a connection may be dead without saying so. */
  renew(): void;
  close(): Promise<void>;
}

/** The line of a node that has no others. */
export const noBus: Bus = {
  kind: "none",
  start: () => Promise.resolve(),
  send() {},
  renew() {},
  close: () => Promise.resolve(),
};
