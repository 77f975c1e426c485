CREATE TABLE "turn_messages" (
	"org_id" uuid,
	"turn_id" uuid,
	"number" integer,
	"message" jsonb NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "turn_messages_pkey" PRIMARY KEY("org_id","turn_id","number")
);
--> statement-breakpoint
CREATE TABLE "turn_parts" (
	"org_id" uuid,
	"turn_id" uuid,
	"id" bigserial,
	"kind" text NOT NULL,
	"text" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "turn_parts_pkey" PRIMARY KEY("org_id","turn_id","id")
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"org_id" uuid,
	"id" uuid,
	"task_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"agent_id" uuid NOT NULL,
	"lease_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"status" text NOT NULL,
	"session_id" uuid NOT NULL,
	"model" text,
	"rework" integer NOT NULL,
	"resumed" integer NOT NULL,
	"request_id" uuid,
	"output" text,
	"reason" text,
	"started_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	CONSTRAINT "turns_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "model" text;--> statement-breakpoint
CREATE UNIQUE INDEX "turns_attempt" ON "turns" ("org_id","task_id","attempt");--> statement-breakpoint
CREATE INDEX "turns_status" ON "turns" ("status");--> statement-breakpoint
ALTER TABLE "turns" ADD CONSTRAINT "turns_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");