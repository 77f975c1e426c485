CREATE TABLE "terminals" (
	"org_id" uuid,
	"id" uuid,
	"workspace_id" uuid NOT NULL,
	"session_id" uuid,
	"name" text NOT NULL,
	"rows" integer NOT NULL,
	"cols" integer NOT NULL,
	"exit_code" integer,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	CONSTRAINT "terminals_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "workspace_tickets" (
	"org_id" uuid,
	"id" uuid,
	"hash" text NOT NULL,
	"kind" text NOT NULL,
	"workspace_id" uuid NOT NULL,
	"terminal_id" uuid,
	"session_id" uuid,
	"port" integer,
	"actor_id" text NOT NULL,
	"key_id" uuid,
	"sign_in_id" uuid,
	"family_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "workspace_tickets_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "terminals_open" ON "terminals" ("org_id","workspace_id") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "workspace_tickets_hash" ON "workspace_tickets" ("hash");--> statement-breakpoint
CREATE INDEX "workspace_tickets_expiry" ON "workspace_tickets" ("expires_at");--> statement-breakpoint
ALTER TABLE "terminals" ADD CONSTRAINT "terminals_org_id_workspace_id_workspaces_org_id_id_fkey" FOREIGN KEY ("org_id","workspace_id") REFERENCES "workspaces"("org_id","id");--> statement-breakpoint
ALTER TABLE "workspace_tickets" ADD CONSTRAINT "workspace_tickets_org_id_workspace_id_workspaces_org_id_id_fkey" FOREIGN KEY ("org_id","workspace_id") REFERENCES "workspaces"("org_id","id");