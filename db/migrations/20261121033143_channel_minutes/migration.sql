CREATE TABLE "channel_minutes" (
	"org_id" uuid,
	"channel_id" uuid,
	"minute" timestamp(3) with time zone,
	"messages" integer NOT NULL,
	CONSTRAINT "channel_minutes_pkey" PRIMARY KEY("org_id","channel_id","minute")
);
--> statement-breakpoint
ALTER TABLE "channel_streams" ADD COLUMN "spoken_at" timestamp(3) with time zone;--> statement-breakpoint
CREATE INDEX "channel_minutes_minute" ON "channel_minutes" ("minute");