CREATE TABLE "workspace_disks" (
	"org_id" uuid,
	"workspace_id" uuid,
	"step" text,
	"setup_output" text,
	"bytes" bigint,
	"files" integer,
	"measured_at" timestamp(3) with time zone,
	CONSTRAINT "workspace_disks_pkey" PRIMARY KEY("org_id","workspace_id")
);
--> statement-breakpoint
CREATE TABLE "workspaces" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"task_id" uuid,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"source_url" text,
	"branch" text NOT NULL,
	"base_commit" text,
	"setup_script" text NOT NULL,
	"status" text NOT NULL,
	"error" text,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "workspaces_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "workspaces_task" ON "workspaces" ("org_id","task_id") WHERE task_id is not null and status <> 'removed';--> statement-breakpoint
CREATE INDEX "workspaces_team" ON "workspaces" ("org_id","team_id","created_at");--> statement-breakpoint
CREATE INDEX "workspaces_waiting" ON "workspaces" ("created_at") WHERE status = 'initializing';--> statement-breakpoint
ALTER TABLE "workspace_disks" ADD CONSTRAINT "workspace_disks_org_id_workspace_id_workspaces_org_id_id_fkey" FOREIGN KEY ("org_id","workspace_id") REFERENCES "workspaces"("org_id","id");--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");--> statement-breakpoint
ALTER TABLE "workspaces" ADD CONSTRAINT "workspaces_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");