CREATE TABLE "sample_runs" (
	"org_id" uuid PRIMARY KEY,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"error" text
);
