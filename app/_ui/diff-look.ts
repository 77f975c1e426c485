// The library draws in a shadow root; these names are its own, the values are our tokens.
export const diffLook =
  "[--diffs-font-family:var(--font-geist-mono),monospace] [--diffs-header-font-family:var(--font-geist-sans),sans-serif] [--diffs-font-size:12px] [--diffs-line-height:20px] [--diffs-light-bg:var(--surface)] [--diffs-dark-bg:var(--surface)] [--diffs-addition-color-override:var(--success)] [--diffs-deletion-color-override:var(--danger)] [--diffs-bg-addition-override:var(--diff-line-added)] [--diffs-bg-deletion-override:var(--diff-line-removed)] [--diffs-bg-addition-emphasis-override:var(--diff-word-added)] [--diffs-bg-deletion-emphasis-override:var(--diff-word-removed)]";

/** The only themes of the library whose every colour can be read on the tints of a change. */
export const diffThemes = { light: "github-light-high-contrast", dark: "github-dark-high-contrast" } as const;

/** Long lines scroll sideways, so the keyboard must be able to stand in them. */
export function letKeysScroll(node: HTMLElement): void {
  for (const code of node.shadowRoot?.querySelectorAll<HTMLElement>("code[data-code]") ?? []) code.tabIndex = 0;
}
