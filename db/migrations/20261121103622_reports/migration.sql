CREATE TABLE "report_contents" (
	"org_id" uuid,
	"report_id" uuid,
	"data" bytea NOT NULL,
	"excerpt" text NOT NULL,
	CONSTRAINT "report_contents_pkey" PRIMARY KEY("org_id","report_id")
);
--> statement-breakpoint
CREATE TABLE "reports" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"session_id" uuid,
	"task_id" uuid,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"size" integer NOT NULL,
	"sha256" text NOT NULL,
	"is_shared" boolean NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "reports_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "reports_newest" ON "reports" ("org_id","id") WHERE removed_at is null;--> statement-breakpoint
ALTER TABLE "reports" ADD CONSTRAINT "reports_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");