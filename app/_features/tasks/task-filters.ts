import { priorities } from "#db/enums.ts";

/** What the URL may say about which tasks are shown. The same words on the board, in the list and in the graph. */
export type TaskFilters = {
  q?: string;
  assigneeId?: string;
  repoId?: string;
  priority?: (typeof priorities)[number][];
  tag?: string;
};

type Chosen = Readonly<Record<string, readonly string[] | undefined>>;

/** What is chosen in the page as an operation takes it; words that are no choice are left out. */
export function taskFilters(query: string, chosen: Chosen): TaskFilters {
  const priority = priorities.filter((each) => chosen.priority?.includes(each));
  const [assigneeId, repoId, tag] = [chosen.assignee?.at(-1), chosen.repo?.at(-1), chosen.tag?.at(-1)];
  const q = query.trim().slice(0, 200);
  return {
    ...(q ? { q } : {}),
    ...(assigneeId && isId(assigneeId) ? { assigneeId } : {}),
    ...(repoId && isId(repoId) ? { repoId } : {}),
    ...(priority.length > 0 ? { priority } : {}),
    ...(tag && tag.length <= 50 ? { tag } : {}),
  };
}

/** Their names in the URL. */
export const filterKeys = ["assignee", "priority", "tag", "repo"] as const;

const isId = (text: string) => /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(text);
