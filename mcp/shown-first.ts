import type { AgentRole } from "#db/enums.ts";

// What an agent is shown without asking: what nearly every session of its role uses. The rest of what it may do is found
// with find_operation, so that thirty sentences that nobody needs are not read at the beginning of every session. Keys of
// people are shown everything.

/** How every agent finds work, its way and its people. */
const everybody = [
  "ping",
  "wait_for_work",
  "list_tasks",
  "get_task",
  "get_task_diff",
  "send_message",
  "get_inbox",
  "ask_human",
  "get_context",
  "start_session",
  "record_usage",
  "end_session",
];

export const shownFirst: Record<AgentRole, ReadonlySet<string>> = {
  engineer: new Set([
    ...everybody,
    "claim_task",
    "heartbeat",
    "release_task",
    "create_worktree",
    "save_context",
    "update_task",
    "change_task_status",
    "request_review",
    "get_review_feedback",
    "get_merge_status",
    "use_approval",
  ]),
  reviewer: new Set([
    ...everybody,
    "list_reviews",
    "release_review",
    "get_changed_files",
    "read_file",
    "get_commits",
    "get_review_feedback",
    "add_review_comment",
    "approve_task",
    "request_changes",
    "reject_task",
  ]),
  manager: new Set([
    ...everybody,
    "claim_task",
    "release_task",
    "save_context",
    "create_task",
    "create_tasks_batch",
    "update_task",
    "bulk_update_tasks",
    "assign_task",
    "change_task_status",
    "archive_task",
    "get_dependent_tasks",
    "wait_for_task_completion",
    "list_team_agents",
    "list_repos",
    "list_reviews",
    "get_merge_status",
    "get_pending_requests",
    "check_budget",
    "get_cost_summary",
    "get_team_settings",
  ]),
};
