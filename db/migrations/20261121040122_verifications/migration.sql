CREATE TABLE "learning_readings" (
	"org_id" uuid,
	"task_id" uuid,
	"read_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "learning_readings_pkey" PRIMARY KEY("org_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "learnings" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"task_id" uuid,
	"kind" text NOT NULL,
	"body" text NOT NULL,
	"source" text NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "learnings_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "task_context_adjustments" (
	"org_id" uuid,
	"task_id" uuid,
	"left_out" text[] NOT NULL,
	"note" text NOT NULL,
	"adjusted_by" jsonb NOT NULL,
	"adjusted_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "task_context_adjustments_pkey" PRIMARY KEY("org_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"org_id" uuid,
	"id" uuid,
	"task_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"round" integer NOT NULL,
	"verdict" text NOT NULL,
	"checks" jsonb NOT NULL,
	"feedback" text NOT NULL,
	"checked_by" jsonb NOT NULL,
	"checked_at" timestamp(3) with time zone NOT NULL,
	"decision" text,
	"decision_note" text,
	"decided_by" jsonb,
	"decided_at" timestamp(3) with time zone,
	CONSTRAINT "verifications_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "instance_resources" (
	"name" text PRIMARY KEY,
	"status" text NOT NULL,
	"detail" text NOT NULL,
	"data" jsonb NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"checked_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "org_resources" (
	"org_id" uuid,
	"name" text,
	"status" text NOT NULL,
	"detail" text NOT NULL,
	"data" jsonb NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	"checked_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "org_resources_pkey" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "task_waits" (
	"org_id" uuid,
	"task_id" uuid,
	"resource" text,
	"reason" text NOT NULL,
	"since" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "task_waits_pkey" PRIMARY KEY("org_id","task_id","resource")
);
--> statement-breakpoint
CREATE INDEX "learnings_team" ON "learnings" ("org_id","team_id","created_at" DESC NULLS LAST) WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "learnings_task" ON "learnings" ("org_id","task_id") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "verifications_task" ON "verifications" ("org_id","task_id","round" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "task_waits_resource" ON "task_waits" ("org_id","resource");--> statement-breakpoint
ALTER TABLE "learning_readings" ADD CONSTRAINT "learning_readings_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "learnings" ADD CONSTRAINT "learnings_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "learnings" ADD CONSTRAINT "learnings_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "learnings" ADD CONSTRAINT "learnings_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "task_context_adjustments" ADD CONSTRAINT "task_context_adjustments_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "verifications" ADD CONSTRAINT "verifications_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "task_waits" ADD CONSTRAINT "task_waits_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");