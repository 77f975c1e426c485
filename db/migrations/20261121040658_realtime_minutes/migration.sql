CREATE TABLE "realtime_minutes" (
	"org_id" uuid,
	"minute" timestamp(3) with time zone,
	"connections" integer,
	"events" integer DEFAULT 0 NOT NULL,
	"rate_limited" integer DEFAULT 0 NOT NULL,
	"denied" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "realtime_minutes_pkey" PRIMARY KEY("org_id","minute")
);
--> statement-breakpoint
CREATE INDEX "realtime_minutes_minute" ON "realtime_minutes" ("minute");