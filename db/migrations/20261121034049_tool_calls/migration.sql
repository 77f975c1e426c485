CREATE TABLE "tool_calls" (
	"org_id" uuid,
	"task_id" uuid,
	"attempt" integer,
	"call_id" text,
	"team_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"tool" text NOT NULL,
	"side_effect" text NOT NULL,
	"input_hash" text NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"outcome" text,
	"output" text,
	"truncated" boolean DEFAULT false NOT NULL,
	"duration_ms" integer,
	CONSTRAINT "tool_calls_pkey" PRIMARY KEY("org_id","task_id","attempt","call_id")
);
--> statement-breakpoint
CREATE INDEX "tool_calls_recent" ON "tool_calls" ("org_id","started_at" DESC NULLS LAST);--> statement-breakpoint
ALTER TABLE "tool_calls" ADD CONSTRAINT "tool_calls_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");