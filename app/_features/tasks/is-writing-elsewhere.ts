/**
 * Whether the cursor stands in another field of the page. A decision shares its keys with every form (send, save), and
 * whoever saves a description must not approve the work with it. The palette is a dialog: what is chosen there is meant.
 */
export function isWritingElsewhere(own: Element | null): boolean {
  const at = document.activeElement;
  if (!at || at === own || at.closest("[role=dialog]")) return false;
  return at.matches("input, textarea, [contenteditable=true]");
}
