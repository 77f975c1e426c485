import { defineOperation } from "../operation.ts";
import { listRepos, readRepo } from "./queries.ts";
import * as reading from "./reading.ts";
import * as schema from "./schema.ts";
import * as service from "./service.ts";

export const registerRepo = defineOperation({
  name: "register_repo",
  summary:
    "Add a repository to a team: a new one kept here, an https URL, or a path of the server. It is copied in the background.",
  kind: "command",
  permission: "repos:manage",
  input: schema.registerRepoInput,
  output: schema.repoResult,
  run: async (context, input) => ({ repo: await readRepo(context, await service.registerRepo(context, input)) }),
});

export const listReposOperation = defineOperation({
  name: "list_repos",
  summary: "List a team's repositories with clone URL, gate and state.",
  kind: "read",
  permission: "task:read",
  input: schema.listReposInput,
  output: schema.repoList,
  run: listRepos,
});

export const getRepo = defineOperation({
  name: "get_repo",
  summary: "Read one repository: where to clone it, its gate, whether its copy is ready.",
  kind: "read",
  permission: "task:read",
  input: schema.repoInput,
  output: schema.repoResult,
  run: async (context, { repoId }) => ({ repo: await readRepo(context, repoId) }),
});

export const updateRepo = defineOperation({
  name: "update_repo",
  summary: "Change a repository's name, gate command, gate time-out or merge strategy.",
  kind: "command",
  permission: "repos:manage",
  hints: { idempotent: true },
  input: schema.updateRepoInput,
  output: schema.repoResult,
  run: async (context, input) => ({ repo: await readRepo(context, await service.updateRepo(context, input)) }),
});

export const archiveRepo = defineOperation({
  name: "archive_repo",
  summary: "Put a repository away that has no open tasks. Its files stay on the server.",
  kind: "command",
  permission: "repos:manage",
  hints: { destructive: true, idempotent: true },
  input: schema.repoInput,
  output: schema.repoResult,
  run: async (context, { repoId }) => ({ repo: await readRepo(context, await service.archiveRepo(context, repoId)) }),
});

export const retryRepo = defineOperation({
  name: "retry_repo",
  summary: "Copy a repository again after that failed.",
  kind: "command",
  permission: "repos:manage",
  input: schema.repoInput,
  output: schema.repoResult,
  run: async (context, { repoId }) => ({ repo: await readRepo(context, await service.retryRepo(context, repoId)) }),
});

export const getTaskDiff = defineOperation({
  name: "get_task_diff",
  summary: "Read the unified diff of a task's pushed work, from where its branch began.",
  kind: "git",
  permission: "task:read",
  input: schema.taskDiffInput,
  output: schema.taskDiff,
  run: (context, { task }) => reading.rangeOfTask(context, task),
  finish: (range, input) => reading.diffOf(range, input),
});

export const getChangedFiles = defineOperation({
  name: "get_changed_files",
  summary: "List the files that a task's pushed work changes, with lines added and deleted.",
  kind: "git",
  permission: "task:read",
  input: schema.changedFilesInput,
  output: schema.changedFiles,
  run: (context, { task }) => reading.rangeOfTask(context, task),
  finish: (range) => reading.filesOf(range),
});

export const getCommits = defineOperation({
  name: "get_commits",
  summary: "List the commits of a task's branch, newest first.",
  kind: "git",
  permission: "task:read",
  input: schema.taskCommitsInput,
  output: schema.commitList,
  run: (context, { task }) => reading.rangeOfTask(context, task),
  finish: (range, { limit }) => reading.commitsOf(range, limit),
});

export const readFile = defineOperation({
  name: "read_file",
  summary: "Read a file as it is on a task's branch, on another branch, or at a commit.",
  kind: "git",
  permission: "task:read",
  input: schema.readFileInput,
  output: schema.fileResult,
  run: reading.fileSource,
  finish: (source, { path }) => reading.readFile(source, path),
});
