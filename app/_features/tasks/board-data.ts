import type { Board, Card } from "#server/tasks/schema.ts";

/** A card by id or by number. */
export function cardOn(board: Board, ref: string | number): Card | undefined {
  for (const { cards } of board.columns) {
    const card = cards.find((each) => (typeof ref === "number" ? each.number === ref : each.id === ref));
    if (card) return card;
  }
  return undefined;
}

/** What a card would look like after a change, before the server has answered. */
export function changed(card: Card, change: Partial<Card>): Card {
  const now = new Date().toISOString();
  const status = change.status ?? card.status;
  const isHeld = status === "in_progress" || status === "blocked";
  return {
    ...card,
    ...change,
    updatedAt: now,
    statusChangedAt: status === card.status ? card.statusChangedAt : now,
    lease: isHeld ? card.lease : null,
  };
}

/** The card that the keys reach from `from` in a direction; columns without cards are stepped over. */
export function neighbour(
  columns: readonly (readonly Card[])[],
  from: string | null,
  key: "j" | "k" | "h" | "l",
): Card | undefined {
  const filled = columns.filter((cards) => cards.length > 0);
  const column = filled.findIndex((cards) => cards.some(({ id }) => id === from));
  if (column < 0) return filled[0]?.[0];
  const cards = filled[column] ?? [];
  const row = cards.findIndex(({ id }) => id === from);
  if (key === "j" || key === "k") return cards[Math.max(0, Math.min(cards.length - 1, row + (key === "j" ? 1 : -1)))];
  const next = filled[Math.max(0, Math.min(filled.length - 1, column + (key === "l" ? 1 : -1)))] ?? [];
  return next[Math.min(row, next.length - 1)];
}
