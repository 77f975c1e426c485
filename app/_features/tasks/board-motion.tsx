"use client";

import { Component, type ReactNode } from "react";
import type { Board, Card } from "#server/tasks/schema.ts";

type Props = { board: Board | undefined; children: ReactNode };
type Snapshot = { changed: Card[]; places: Map<string, DOMRect> };

const slideMs = 150;
/** More than this at once is a refresh, not something an eye can follow. */
const mostAtOnce = 24;

/**
 * Shows where a card went: it slides to its new column, and what changed flashes softly. Watching the board's data keeps
 * this away from who changed it: a key, the mouse, a colleague, an agent. A class, since only `getSnapshotBeforeUpdate`
 * sees the page as it was.
 */
export class BoardMotion extends Component<Props> {
  override getSnapshotBeforeUpdate(previous: Props): Snapshot | null {
    const changed = changedCards(previous.board, this.props.board);
    if (changed.length === 0 || changed.length > mostAtOnce) return null;
    const places = new Map<string, DOMRect>();
    for (const { id } of changed) {
      const node = cardNode(id);
      if (node) places.set(id, node.getBoundingClientRect());
    }
    return { changed, places };
  }

  override componentDidUpdate(_previous: Props, _state: object, snapshot: Snapshot | null): void {
    if (!snapshot) return;
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const { id } of snapshot.changed) {
      const node = cardNode(id);
      if (!node) continue;
      const from = snapshot.places.get(id);
      if (from && !isCalm) slide(node, from);
      flash(node);
    }
  }

  override render(): ReactNode {
    return this.props.children;
  }
}

/** The cards that are not the object they were: the cache keeps the identity of what did not change. */
function changedCards(before: Board | undefined, after: Board | undefined): Card[] {
  if (!before || !after || before === after) return [];
  const known = new Map(before.columns.flatMap(({ cards }) => cards.map((card) => [card.id, card] as const)));
  return after.columns.flatMap((column, index) =>
    column === before.columns[index]
      ? []
      : column.cards.filter((card) => known.get(card.id)?.updatedAt !== card.updatedAt),
  );
}

/**
 * A likeness flies over the board, since a column cuts off what leaves it; the card itself appears when it lands. It
 * stays within the page: beside it, in the body, it would fly over an open dialog too.
 */
function slide(node: HTMLElement, from: DOMRect): void {
  const to = node.getBoundingClientRect();
  const x = to.left - from.left;
  const y = to.top - from.top;
  if (Math.abs(x) < 2 && Math.abs(y) < 2) return;
  const ghost = node.cloneNode(true);
  if (!(ghost instanceof HTMLElement)) return;
  ghost.inert = true;
  ghost.ariaHidden = "true";
  ghost.removeAttribute("data-card");
  Object.assign(ghost.style, {
    position: "fixed",
    left: `${from.left}px`,
    top: `${from.top}px`,
    width: `${from.width}px`,
    zIndex: "20",
    pointerEvents: "none",
  });
  (node.closest("main") ?? document.body).append(ghost);
  const timing = { duration: slideMs, easing: "cubic-bezier(0.2, 0, 0, 1)" };
  node.animate([{ opacity: 0 }, { opacity: 0 }], { duration: slideMs });
  const flight = ghost.animate([{ transform: "none" }, { transform: `translate(${x}px, ${y}px)` }], timing);
  flight.onfinish = () => ghost.remove();
  flight.oncancel = () => ghost.remove();
}

function flash(node: HTMLElement): void {
  node.animate([{ backgroundColor: "var(--flash)" }, {}], { duration: 1200, easing: "ease-out" });
}

function cardNode(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-card="${id}"]`);
}
