let fresh: string | null = null;

/** A person has just begun this session: its page opens with the message box under their hands. */
export function markFresh(sessionId: string): void {
  fresh = sessionId;
}

/** Whether it was just begun; told once. */
export function takeFresh(sessionId: string): boolean {
  if (fresh !== sessionId) return false;
  fresh = null;
  return true;
}
