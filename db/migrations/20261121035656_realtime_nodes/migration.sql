CREATE TABLE "realtime_nodes" (
	"id" text PRIMARY KEY,
	"beat_at" timestamp(3) with time zone NOT NULL,
	"trouble" text
);
