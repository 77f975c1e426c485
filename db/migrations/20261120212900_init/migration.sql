CREATE TABLE "event_heads" (
	"org_id" uuid PRIMARY KEY,
	"seq" bigint NOT NULL,
	"hash" bytea NOT NULL
);
--> statement-breakpoint
CREATE TABLE "events" (
	"org_id" uuid,
	"seq" bigint,
	"id" uuid NOT NULL,
	"type" text NOT NULL,
	"team_id" uuid,
	"task_id" uuid,
	"subject_id" uuid NOT NULL,
	"actor" jsonb NOT NULL,
	"correlation_id" text NOT NULL,
	"data" jsonb NOT NULL,
	"occurred_at" timestamp(3) with time zone NOT NULL,
	"hash" bytea NOT NULL,
	CONSTRAINT "events_pkey" PRIMARY KEY("org_id","seq")
);
--> statement-breakpoint
CREATE TABLE "relay_cursors" (
	"org_id" uuid PRIMARY KEY,
	"seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "worker_beats" (
	"id" text PRIMARY KEY,
	"started_at" timestamp(3) with time zone NOT NULL,
	"beat_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"provider" text,
	"provider_account_id" text,
	"user_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "accounts_pkey" PRIMARY KEY("provider","provider_account_id")
);
--> statement-breakpoint
CREATE TABLE "sign_ins" (
	"id" uuid PRIMARY KEY,
	"user_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"last_seen_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"revoked_at" timestamp(3) with time zone,
	"user_agent" text DEFAULT '' NOT NULL,
	"ip" text DEFAULT '' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	"role" text NOT NULL,
	"runtime" text NOT NULL,
	"status" text NOT NULL,
	"is_default" boolean NOT NULL,
	"slots" integer NOT NULL,
	"lease_seconds" integer,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "agents_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "api_key_uses" (
	"org_id" uuid,
	"key_id" uuid,
	"last_used_at" timestamp(3) with time zone NOT NULL,
	"ip" text DEFAULT '' NOT NULL,
	CONSTRAINT "api_key_uses_pkey" PRIMARY KEY("org_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"org_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"last_four" text NOT NULL,
	"scopes" text[] NOT NULL,
	"agent_id" uuid,
	"created_by_user_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "api_keys_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "channel_epochs" (
	"org_id" uuid,
	"scope_id" uuid,
	"epoch" integer NOT NULL,
	CONSTRAINT "channel_epochs_pkey" PRIMARY KEY("org_id","scope_id")
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"org_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"username" text NOT NULL,
	"sealed" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "credentials_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"org_id" uuid,
	"id" uuid,
	"email" text,
	"role" text NOT NULL,
	"team_ids" uuid[] NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"accepted_by" uuid,
	"accepted_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	CONSTRAINT "invitations_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"org_id" uuid,
	"user_id" uuid,
	"role" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "memberships_pkey" PRIMARY KEY("org_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "number_counters" (
	"org_id" uuid,
	"name" text,
	"value" integer NOT NULL,
	CONSTRAINT "number_counters_pkey" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"org_id" uuid PRIMARY KEY,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"paused_at" timestamp(3) with time zone,
	"paused_by" jsonb,
	"pause_reason" text
);
--> statement-breakpoint
CREATE TABLE "preferences" (
	"org_id" uuid,
	"user_id" uuid,
	"name" text,
	"value" jsonb NOT NULL,
	CONSTRAINT "preferences_pkey" PRIMARY KEY("org_id","user_id","name")
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"org_id" uuid,
	"actor_id" uuid,
	"key" text,
	"operation" text NOT NULL,
	"input_hash" text NOT NULL,
	"output" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "receipts_pkey" PRIMARY KEY("org_id","actor_id","key")
);
--> statement-breakpoint
CREATE TABLE "team_members" (
	"org_id" uuid,
	"team_id" uuid,
	"user_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "team_members_pkey" PRIMARY KEY("org_id","team_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"org_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"archived_at" timestamp(3) with time zone,
	"paused_at" timestamp(3) with time zone,
	"paused_by" jsonb,
	"pause_reason" text,
	"max_concurrent" integer NOT NULL,
	"auto_merge" boolean NOT NULL,
	CONSTRAINT "teams_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "repos" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"name" text NOT NULL,
	"slug" text NOT NULL,
	"source" text NOT NULL,
	"source_url" text,
	"credential_id" uuid,
	"default_branch" text NOT NULL,
	"gate_command" text NOT NULL,
	"gate_timeout_seconds" integer NOT NULL,
	"merge_strategy" text NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"head_commit" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"archived_at" timestamp(3) with time zone,
	CONSTRAINT "repos_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "gate_logs" (
	"org_id" uuid,
	"gate_run_id" uuid,
	"output" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "gate_logs_pkey" PRIMARY KEY("org_id","gate_run_id")
);
--> statement-breakpoint
CREATE TABLE "gate_runs" (
	"org_id" uuid,
	"id" uuid,
	"repo_id" uuid NOT NULL,
	"task_id" uuid,
	"tree" text NOT NULL,
	"command" text NOT NULL,
	"sandbox" text NOT NULL,
	"passed" boolean NOT NULL,
	"exit_code" integer,
	"outcome" text NOT NULL,
	"duration_ms" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "gate_runs_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "merge_jobs" (
	"org_id" uuid,
	"id" uuid,
	"task_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"repo_id" uuid NOT NULL,
	"commit" text NOT NULL,
	"strategy" text NOT NULL,
	"status" text NOT NULL,
	"merge_commit" text,
	"gate_run_id" uuid,
	"reason" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "merge_jobs_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "review_comments" (
	"org_id" uuid,
	"id" uuid,
	"review_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"author" jsonb NOT NULL,
	"path" text NOT NULL,
	"line" integer NOT NULL,
	"side" text NOT NULL,
	"body" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "review_comments_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "reviews" (
	"org_id" uuid,
	"id" uuid,
	"task_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"commit" text,
	"base_commit" text,
	"author" jsonb NOT NULL,
	"summary" text NOT NULL,
	"reviewer_id" uuid,
	"verdict" text NOT NULL,
	"verdict_by" jsonb,
	"verdict_text" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"decided_at" timestamp(3) with time zone,
	CONSTRAINT "reviews_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "lease_clocks" (
	"org_id" uuid,
	"lease_id" uuid,
	"ttl_seconds" integer NOT NULL,
	"renewed_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	CONSTRAINT "lease_clocks_pkey" PRIMARY KEY("org_id","lease_id")
);
--> statement-breakpoint
CREATE TABLE "leases" (
	"org_id" uuid,
	"id" uuid,
	"task_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"agent_id" uuid,
	"user_id" uuid,
	"slot" integer,
	"fence" bigint NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"end_reason" text,
	CONSTRAINT "leases_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"task_id" uuid,
	"sender" jsonb NOT NULL,
	"recipient_kind" text,
	"recipient_id" uuid,
	"body" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "messages_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "task_dependencies" (
	"org_id" uuid,
	"task_id" uuid,
	"depends_on_id" uuid,
	CONSTRAINT "task_dependencies_pkey" PRIMARY KEY("org_id","task_id","depends_on_id")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"org_id" uuid,
	"id" uuid,
	"number" integer NOT NULL,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"title" text NOT NULL,
	"description" text NOT NULL,
	"type" text NOT NULL,
	"priority" text NOT NULL,
	"queue_rank" smallint NOT NULL,
	"status" text NOT NULL,
	"assignee_kind" text,
	"assignee_id" uuid,
	"pinned" boolean NOT NULL,
	"tags" text[] NOT NULL,
	"branch" text NOT NULL,
	"open_dependencies" integer NOT NULL,
	"dependencies" integer NOT NULL,
	"head_commit" text,
	"rework" integer NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"status_changed_at" timestamp(3) with time zone NOT NULL,
	"archived_at" timestamp(3) with time zone,
	CONSTRAINT "tasks_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "events_team" ON "events" ("org_id","team_id","seq");--> statement-breakpoint
CREATE INDEX "events_task" ON "events" ("org_id","task_id","seq");--> statement-breakpoint
CREATE INDEX "accounts_user" ON "accounts" ("user_id");--> statement-breakpoint
CREATE INDEX "sign_ins_user" ON "sign_ins" ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "agents_name" ON "agents" ("org_id","team_id","name");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash" ON "api_keys" ("hash");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_token" ON "invitations" ("token_hash");--> statement-breakpoint
CREATE INDEX "memberships_user" ON "memberships" ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organizations_slug" ON "organizations" ("slug");--> statement-breakpoint
CREATE INDEX "team_members_user" ON "team_members" ("org_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "repos_slug" ON "repos" ("org_id","slug");--> statement-breakpoint
CREATE INDEX "gate_runs_tree" ON "gate_runs" ("org_id","repo_id","tree");--> statement-breakpoint
CREATE UNIQUE INDEX "merge_jobs_live_task" ON "merge_jobs" ("org_id","task_id") WHERE status in ('queued', 'testing');--> statement-breakpoint
CREATE INDEX "merge_jobs_queue" ON "merge_jobs" ("org_id","repo_id","created_at") WHERE status in ('queued', 'testing');--> statement-breakpoint
CREATE INDEX "merge_jobs_task" ON "merge_jobs" ("org_id","task_id","created_at");--> statement-breakpoint
CREATE INDEX "review_comments_review" ON "review_comments" ("org_id","review_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "reviews_attempt" ON "reviews" ("org_id","task_id","attempt");--> statement-breakpoint
CREATE INDEX "reviews_pending" ON "reviews" ("org_id","team_id","created_at") WHERE verdict = 'pending';--> statement-breakpoint
CREATE INDEX "lease_clocks_due" ON "lease_clocks" ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "leases_live_task" ON "leases" ("org_id","task_id") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "leases_live_slot" ON "leases" ("org_id","agent_id","slot") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "leases_live_team" ON "leases" ("org_id","team_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "messages_task" ON "messages" ("org_id","task_id","created_at");--> statement-breakpoint
CREATE INDEX "messages_recipient" ON "messages" ("org_id","recipient_id","created_at");--> statement-breakpoint
CREATE INDEX "task_dependencies_dependents" ON "task_dependencies" ("org_id","depends_on_id","task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_number" ON "tasks" ("org_id","number");--> statement-breakpoint
CREATE INDEX "tasks_ready" ON "tasks" ("org_id","team_id","assignee_id","queue_rank","number") WHERE status = 'todo' and open_dependencies = 0 and archived_at is null;--> statement-breakpoint
CREATE INDEX "tasks_waiting_for_assignee" ON "tasks" ("status_changed_at") WHERE status = 'todo' and assignee_id is not null and not pinned and archived_at is null;--> statement-breakpoint
CREATE INDEX "tasks_board" ON "tasks" ("org_id","team_id","status","number" DESC NULLS LAST) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "tasks_list" ON "tasks" ("org_id","team_id","number" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "sign_ins" ADD CONSTRAINT "sign_ins_user_id_users_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "team_members" ADD CONSTRAINT "team_members_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "teams" ADD CONSTRAINT "teams_org_id_organizations_org_id_fkey" FOREIGN KEY ("org_id") REFERENCES "organizations"("org_id");--> statement-breakpoint
ALTER TABLE "repos" ADD CONSTRAINT "repos_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "gate_runs" ADD CONSTRAINT "gate_runs_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "merge_jobs" ADD CONSTRAINT "merge_jobs_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "merge_jobs" ADD CONSTRAINT "merge_jobs_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "review_comments" ADD CONSTRAINT "review_comments_org_id_review_id_reviews_org_id_id_fkey" FOREIGN KEY ("org_id","review_id") REFERENCES "reviews"("org_id","id");--> statement-breakpoint
ALTER TABLE "reviews" ADD CONSTRAINT "reviews_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "leases" ADD CONSTRAINT "leases_org_id_agent_id_agents_org_id_id_fkey" FOREIGN KEY ("org_id","agent_id") REFERENCES "agents"("org_id","id");--> statement-breakpoint
ALTER TABLE "task_dependencies" ADD CONSTRAINT "task_dependencies_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "task_dependencies" ADD CONSTRAINT "task_dependencies_org_id_depends_on_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","depends_on_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");