CREATE TABLE "task_contexts" (
	"org_id" uuid,
	"task_id" uuid,
	"version" integer,
	"body" text NOT NULL,
	"saved_by" jsonb NOT NULL,
	"saved_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "task_contexts_pkey" PRIMARY KEY("org_id","task_id","version")
);
--> statement-breakpoint
CREATE TABLE "worktrees" (
	"org_id" uuid,
	"task_id" uuid,
	"repo_id" uuid NOT NULL,
	"branch" text NOT NULL,
	"base_commit" text NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "worktrees_pkey" PRIMARY KEY("org_id","task_id")
);
--> statement-breakpoint
ALTER TABLE "task_contexts" ADD CONSTRAINT "task_contexts_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "worktrees" ADD CONSTRAINT "worktrees_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");