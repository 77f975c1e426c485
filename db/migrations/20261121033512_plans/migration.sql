CREATE TABLE "plan_versions" (
	"org_id" uuid,
	"plan_id" uuid,
	"version" integer,
	"status" text NOT NULL,
	"document" jsonb NOT NULL,
	"source" text NOT NULL,
	"written_with" text,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "plan_versions_pkey" PRIMARY KEY("org_id","plan_id","version")
);
--> statement-breakpoint
CREATE TABLE "plan_writings" (
	"org_id" uuid,
	"plan_id" uuid,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"requested_by" jsonb NOT NULL,
	"instruction" text NOT NULL,
	"model" text,
	"started_at" timestamp(3) with time zone,
	"beat_at" timestamp(3) with time zone,
	"cancelled_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"progress" text NOT NULL,
	"error" text,
	CONSTRAINT "plan_writings_pkey" PRIMARY KEY("org_id","plan_id")
);
--> statement-breakpoint
CREATE TABLE "plans" (
	"org_id" uuid,
	"id" uuid,
	"number" integer NOT NULL,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"title" text NOT NULL,
	"requirements" text NOT NULL,
	"files" jsonb NOT NULL,
	"status" text NOT NULL,
	"rigor" text NOT NULL,
	"mode" text NOT NULL,
	"claim_seconds" integer,
	"latest_version" integer NOT NULL,
	"approved_version" integer,
	"reason" text,
	"cloned_from_id" uuid,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"status_changed_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "plans_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "task_outputs" (
	"org_id" uuid,
	"task_id" uuid,
	"output" text NOT NULL,
	"stored_by" jsonb NOT NULL,
	"stored_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "task_outputs_pkey" PRIMARY KEY("org_id","task_id")
);
--> statement-breakpoint
ALTER TABLE "reservations" ADD COLUMN "plan_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "plan_id" uuid;--> statement-breakpoint
ALTER TABLE "usage_records" ADD COLUMN "plan_id" uuid;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "plan_id" uuid;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "plan_key" text;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "complexity" text DEFAULT 'medium' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "acceptance_criteria" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "touches" text[] DEFAULT '{}'::text[] NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "estimate_minutes" integer;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "estimate_tokens" bigint;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "estimate_cost_micros" bigint;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "model_tier" text;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "allowed_tools" text[];--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "rigor" text;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "path_minutes" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
DROP INDEX "tasks_ready";--> statement-breakpoint
CREATE INDEX "tasks_ready" ON "tasks" ("org_id","team_id","assignee_id","queue_rank","path_minutes" DESC NULLS LAST,"number") WHERE status = 'todo' and open_dependencies = 0 and archived_at is null;--> statement-breakpoint
CREATE INDEX "plan_writings_due" ON "plan_writings" ("requested_at");--> statement-breakpoint
CREATE UNIQUE INDEX "plans_number" ON "plans" ("org_id","number");--> statement-breakpoint
CREATE INDEX "plans_team" ON "plans" ("org_id","team_id","number" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "plans_status" ON "plans" ("status");--> statement-breakpoint
CREATE INDEX "tasks_plan" ON "tasks" ("org_id","plan_id") WHERE plan_id is not null;--> statement-breakpoint
ALTER TABLE "plan_versions" ADD CONSTRAINT "plan_versions_org_id_plan_id_plans_org_id_id_fkey" FOREIGN KEY ("org_id","plan_id") REFERENCES "plans"("org_id","id");--> statement-breakpoint
ALTER TABLE "plan_writings" ADD CONSTRAINT "plan_writings_org_id_plan_id_plans_org_id_id_fkey" FOREIGN KEY ("org_id","plan_id") REFERENCES "plans"("org_id","id");--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "plans" ADD CONSTRAINT "plans_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "task_outputs" ADD CONSTRAINT "task_outputs_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_org_id_plan_id_plans_org_id_id_fkey" FOREIGN KEY ("org_id","plan_id") REFERENCES "plans"("org_id","id");--> statement-breakpoint
-- Tasks that are there already: half an hour each, and with it the longest chain of those that wait for them.
DO $$ BEGIN
  LOOP
    UPDATE "tasks" t SET "path_minutes" = x.minutes FROM (
      SELECT d."org_id", d."depends_on_id", max(k."path_minutes") + 30 AS minutes FROM "task_dependencies" d
        JOIN "tasks" k ON k."org_id" = d."org_id" AND k."id" = d."task_id" GROUP BY 1, 2) x
     WHERE t."org_id" = x."org_id" AND t."id" = x."depends_on_id" AND t."path_minutes" < x.minutes;
    EXIT WHEN NOT FOUND;
  END LOOP;
END $$;
