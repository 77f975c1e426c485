CREATE TABLE "mcp_tasks" (
	"org_id" uuid,
	"id" uuid,
	"principal" text NOT NULL,
	"tool" text NOT NULL,
	"input" jsonb NOT NULL,
	"decided" jsonb,
	"status" text NOT NULL,
	"responses" jsonb NOT NULL,
	"outcome" jsonb,
	"ttl_ms" integer NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "mcp_tasks_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "mcp_used_states" (
	"org_id" uuid,
	"id" uuid,
	"used_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "mcp_used_states_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "mcp_tasks_expired" ON "mcp_tasks" ("expires_at");