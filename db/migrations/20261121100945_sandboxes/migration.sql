CREATE TABLE "caches" (
	"org_id" uuid,
	"id" uuid,
	"place" text,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"tools" jsonb NOT NULL,
	"files" integer NOT NULL,
	"measured_at" timestamp(3) with time zone NOT NULL,
	"clear_asked_at" timestamp(3) with time zone,
	CONSTRAINT "caches_pkey" PRIMARY KEY("org_id","id","place")
);
--> statement-breakpoint
CREATE TABLE "sandboxes" (
	"org_id" uuid,
	"id" uuid,
	"place" text NOT NULL,
	"host" text NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"memory_bytes" bigint,
	"processes" integer,
	"cpu_seconds" real,
	"memory_limit_mb" integer NOT NULL,
	"cpu_limit" real NOT NULL,
	"process_limit" integer NOT NULL,
	"disk_limit_mb" integer NOT NULL,
	"asked" text,
	"since" timestamp(3) with time zone NOT NULL,
	"seen_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "sandboxes_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "sandboxes_place" ON "sandboxes" ("place");--> statement-breakpoint
ALTER TABLE "caches" ADD CONSTRAINT "caches_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");