CREATE TABLE "session_attachments" (
	"org_id" uuid,
	"id" uuid,
	"session_id" uuid NOT NULL,
	"name" text NOT NULL,
	"mime_type" text NOT NULL,
	"size" integer NOT NULL,
	"data" bytea NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "session_attachments_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "session_chunks" (
	"org_id" uuid,
	"session_id" uuid,
	"seq" bigint,
	"turn" integer NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "session_chunks_pkey" PRIMARY KEY("org_id","session_id","seq")
);
--> statement-breakpoint
CREATE TABLE "session_messages" (
	"org_id" uuid,
	"id" uuid,
	"session_id" uuid NOT NULL,
	"text" text NOT NULL,
	"by" jsonb NOT NULL,
	"attachment_ids" uuid[] NOT NULL,
	"status" text NOT NULL,
	"turn" integer,
	"tries" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "session_messages_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "session_runs" (
	"org_id" uuid,
	"session_id" uuid,
	"holder" uuid,
	"held_until" timestamp(3) with time zone,
	"cancel_turn" integer,
	"token_hash" text,
	CONSTRAINT "session_runs_pkey" PRIMARY KEY("org_id","session_id")
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "agent_kind" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "mode" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "workspace_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "sandbox_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "external_id" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "parent_id" uuid;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "turns" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "status_reason" text;--> statement-breakpoint
CREATE INDEX "session_attachments_session" ON "session_attachments" ("org_id","session_id");--> statement-breakpoint
CREATE INDEX "session_messages_open" ON "session_messages" ("org_id","session_id","id") WHERE status in ('queued', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "session_runs_token" ON "session_runs" ("token_hash") WHERE token_hash is not null;--> statement-breakpoint
CREATE INDEX "sessions_driven" ON "sessions" ("status") WHERE agent_kind is not null and status in ('initializing', 'ready', 'running', 'waiting', 'paused', 'removing');--> statement-breakpoint
CREATE INDEX "sessions_workspace" ON "sessions" ("org_id","workspace_id") WHERE workspace_id is not null;--> statement-breakpoint
ALTER TABLE "session_attachments" ADD CONSTRAINT "session_attachments_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");--> statement-breakpoint
ALTER TABLE "session_messages" ADD CONSTRAINT "session_messages_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");--> statement-breakpoint
ALTER TABLE "session_runs" ADD CONSTRAINT "session_runs_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");