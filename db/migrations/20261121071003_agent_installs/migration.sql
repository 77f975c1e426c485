CREATE TABLE "agent_installs" (
	"org_id" uuid,
	"kind" text,
	"status" text NOT NULL,
	"detail" text NOT NULL,
	"percent" integer NOT NULL,
	"requested_by" jsonb NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "agent_installs_pkey" PRIMARY KEY("org_id","kind")
);
--> statement-breakpoint
CREATE INDEX "agent_installs_open" ON "agent_installs" ("requested_at") WHERE status in ('requested', 'installing');