import type { z } from "zod";
import type { SessionLine } from "#server/realtime/schema.ts";
import type { sessionsAtWork } from "#server/sessions/schema.ts";
import type { Board, Card, graph, TaskDetail, taskPage } from "#server/tasks/schema.ts";

type Graph = z.output<typeof graph>;
type TaskPage = z.output<typeof taskPage>;
type AtWork = z.output<typeof sessionsAtWork>;

/**
 * A board with a card as it is now: moved, changed, new or gone, totals with it, columns by number from the newest.
 * Undefined where only the server can tell: the card may have been among those a column does not show.
 */
export function patchBoard(board: Board, card: Card): Board | undefined {
  const from = board.columns.find(({ cards }) => cards.some(({ id }) => id === card.id));
  if (!from && isPerhapsHidden(board, card.number)) return undefined;
  const columns = board.columns.map((column) => {
    const without = column === from ? column.cards.filter(({ id }) => id !== card.id) : column.cards;
    const left = column.total - (column === from ? 1 : 0);
    if (column.status !== card.status || card.archivedAt) {
      return column === from ? { ...column, total: left, cards: without } : column;
    }
    const isShown = column === from || column.cards.length === column.total || card.number > lowest(column.cards);
    return { ...column, total: left + 1, cards: isShown ? insertByNumber(without, card) : without };
  });
  return { ...board, columns };
}

/** A graph with a task as it is now; undefined where edges must be read that no card brings. */
export function patchGraph(graph: Graph, card: Card): Graph | undefined {
  const known = graph.nodes.find(({ id }) => id === card.id);
  if (card.archivedAt) {
    if (!known) return graph;
    const edges = graph.edges.filter(({ from, to }) => from !== card.id && to !== card.id);
    return { ...graph, nodes: graph.nodes.filter(({ id }) => id !== card.id), edges };
  }
  if (!known) return card.dependencies > 0 ? undefined : { ...graph, nodes: [...graph.nodes, card] };
  if (known.dependencies !== card.dependencies) return undefined;
  return { ...graph, nodes: graph.nodes.map((node) => (node.id === card.id ? card : node)) };
}

/** A page of a list with a task as it is now, if the page holds it. Whether it still belongs there only the server can tell. */
export function patchTaskPage(page: TaskPage, card: Card): TaskPage {
  if (!page.tasks.some(({ id }) => id === card.id)) return page;
  return { ...page, tasks: page.tasks.map((task) => (task.id === card.id ? card : task)) };
}

/** A task's page with what a card tells of it, or of a task it waits for or that waits for it. */
export function patchTask(task: TaskDetail, card: Card): TaskDetail {
  if (task.id === card.id) return { ...task, ...card };
  const related = [...task.dependsOn, ...task.dependents].find(({ id }) => id === card.id);
  if (!related || (related.status === card.status && related.title === card.title)) return task;
  const renew = (list: TaskDetail["dependsOn"]) =>
    list.map((one) => (one.id === card.id ? { ...one, title: card.title, status: card.status } : one));
  return { ...task, dependsOn: renew(task.dependsOn), dependents: renew(task.dependents) };
}

/** What agents do now; the same object where nothing is new, undefined where a session was not known yet. */
export function patchAtWork(known: AtWork, lines: readonly SessionLine[]): AtWork | undefined {
  let sessions = known.sessions;
  for (const line of lines) {
    const place = sessions.findIndex(({ id }) => id === line.id);
    const before = sessions[place];
    if (!before) return undefined;
    const isNew = before.seq < line.seq || (before.seq === line.seq && before.status !== line.status);
    if (isNew) sessions = sessions.with(place, line);
  }
  return sessions === known.sessions ? known : { ...known, sessions };
}

/** A column shows its newest cards, so what it hides has a lower number than all it shows. */
function isPerhapsHidden({ columns }: Board, number: number): boolean {
  return columns.some(({ cards, total }) => cards.length < total && number < lowest(cards));
}

function lowest(cards: readonly Card[]): number {
  return cards.at(-1)?.number ?? Number.POSITIVE_INFINITY;
}

function insertByNumber(cards: readonly Card[], card: Card): Card[] {
  const at = cards.findIndex(({ number }) => number < card.number);
  return at === -1 ? [...cards, card] : cards.toSpliced(at, 0, card);
}
