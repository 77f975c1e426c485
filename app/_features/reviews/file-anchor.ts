/** The place of a file's diff on the page. */
export function fileAnchor(path: string): string {
  return `file-${encodeURIComponent(path)}`;
}
