/** For `ref`: takes the focus when it appears, where a press of the person has just put it in the place of something. */
export function focusNow(node: HTMLElement | null): void {
  node?.focus();
}
