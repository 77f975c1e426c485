CREATE TABLE "approval_policies" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"action_pattern" text NOT NULL,
	"request_id" uuid,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	"revoked_by" jsonb,
	CONSTRAINT "approval_policies_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "human_requests" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"task_id" uuid,
	"session_id" uuid,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"detail" text NOT NULL,
	"schema" jsonb NOT NULL,
	"options" jsonb,
	"action" jsonb,
	"action_hash" text,
	"data" jsonb,
	"blocks_task" boolean NOT NULL,
	"asked_by" jsonb NOT NULL,
	"question_hash" text NOT NULL,
	"status" text NOT NULL,
	"answer" jsonb,
	"closed_by" jsonb,
	"reason" text,
	"policy_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"closed_at" timestamp(3) with time zone,
	"expires_at" timestamp(3) with time zone,
	"escalate_at" timestamp(3) with time zone,
	"escalated_at" timestamp(3) with time zone,
	"consumed_at" timestamp(3) with time zone,
	CONSTRAINT "human_requests_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "told_answers" (
	"org_id" uuid,
	"request_id" uuid,
	"told_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "told_answers_pkey" PRIMARY KEY("org_id","request_id")
);
--> statement-breakpoint
ALTER TABLE "lease_clocks" ADD COLUMN "parked_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "approval_policies_live" ON "approval_policies" ("org_id","team_id") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "human_requests_pending" ON "human_requests" ("org_id","team_id","created_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "human_requests_task" ON "human_requests" ("org_id","task_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "human_requests_same" ON "human_requests" ("org_id",(asked_by->>'id'),coalesce(task_id, '00000000-0000-0000-0000-000000000000'::uuid),"question_hash") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "human_requests_asker" ON "human_requests" ("org_id",(asked_by->>'id'),"closed_at");--> statement-breakpoint
CREATE INDEX "human_requests_expiring" ON "human_requests" ("expires_at") WHERE status = 'pending';--> statement-breakpoint
CREATE INDEX "human_requests_escalating" ON "human_requests" ("escalate_at") WHERE status = 'pending' and escalated_at is null;--> statement-breakpoint
CREATE INDEX "human_requests_list" ON "human_requests" ("org_id","team_id","id");--> statement-breakpoint
ALTER TABLE "approval_policies" ADD CONSTRAINT "approval_policies_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "approval_policies" ADD CONSTRAINT "approval_policies_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "human_requests" ADD CONSTRAINT "human_requests_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "human_requests" ADD CONSTRAINT "human_requests_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");