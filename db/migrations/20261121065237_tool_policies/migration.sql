CREATE TABLE "session_flags" (
	"org_id" uuid,
	"session_id" uuid,
	"flag" text,
	"because" text NOT NULL,
	"raised_at" timestamp(3) with time zone NOT NULL,
	"request_id" uuid,
	"is_standing" boolean NOT NULL,
	CONSTRAINT "session_flags_pkey" PRIMARY KEY("org_id","session_id","flag")
);
--> statement-breakpoint
CREATE TABLE "tool_policies" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"scope_id" uuid NOT NULL,
	"effect" text NOT NULL,
	"subject" text NOT NULL,
	"access" text,
	"pattern" text NOT NULL,
	"note" text NOT NULL,
	"request_id" uuid,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "tool_policies_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "tool_policies_live" ON "tool_policies" ("org_id","scope_id","subject",coalesce(access, ''),"pattern") WHERE removed_at is null;--> statement-breakpoint
CREATE INDEX "tool_policies_team" ON "tool_policies" ("org_id","team_id","id") WHERE removed_at is null;--> statement-breakpoint
ALTER TABLE "session_flags" ADD CONSTRAINT "session_flags_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");--> statement-breakpoint
ALTER TABLE "tool_policies" ADD CONSTRAINT "tool_policies_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");