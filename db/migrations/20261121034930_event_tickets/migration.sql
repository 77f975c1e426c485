CREATE TABLE "event_tickets" (
	"org_id" uuid,
	"id" uuid,
	"hash" text NOT NULL,
	"actor_id" uuid NOT NULL,
	"key_id" uuid,
	"sign_in_id" uuid,
	"family_id" uuid,
	"team_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "event_tickets_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "event_tickets_hash" ON "event_tickets" ("hash");--> statement-breakpoint
CREATE INDEX "event_tickets_expired" ON "event_tickets" ("expires_at");