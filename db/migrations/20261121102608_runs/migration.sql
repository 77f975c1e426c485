ALTER TABLE "agents" ADD COLUMN "agent_kind" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "mode" text;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "lease_id" uuid;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "nudges" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "faults" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "stop_reason" text;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "failure_code" text;--> statement-breakpoint
ALTER TABLE "session_runs" ADD COLUMN "failure" text;--> statement-breakpoint
CREATE INDEX "session_runs_lease" ON "session_runs" ("org_id","lease_id") WHERE lease_id is not null;