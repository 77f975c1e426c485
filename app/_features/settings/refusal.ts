/** What the server said when it refused, or that it said nothing. */
export function refusalOf(error: unknown): string {
  return error instanceof Error && error.message
    ? error.message
    : "The server did not answer. Nothing was changed; try again.";
}
