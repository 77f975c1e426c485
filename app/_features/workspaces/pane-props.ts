/** What every pane beside a conversation knows of what it is about. */
export type PaneProps = {
  orgSlug: string;
  workspaceId: string;
  sessionId: string;
  /** Grows with everything after which the files may be different. */
  touched: number;
};
