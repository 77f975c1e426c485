CREATE TABLE "agent_transcripts" (
	"org_id" uuid,
	"session_id" uuid,
	"number" bigint GENERATED ALWAYS AS IDENTITY (sequence name "agent_transcripts_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"file" text NOT NULL,
	"entry_id" text,
	"entry" jsonb NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "agent_transcripts_pkey" PRIMARY KEY("org_id","session_id","number")
);
--> statement-breakpoint
CREATE TABLE "quotas" (
	"org_id" uuid,
	"user_id" uuid,
	"sessions_at_once" integer,
	"hours_a_day" integer,
	"tokens_a_day" bigint,
	"micros_a_day" bigint,
	CONSTRAINT "quotas_pkey" PRIMARY KEY("org_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "schedule_clocks" (
	"org_id" uuid,
	"schedule_id" uuid,
	"next_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "schedule_clocks_pkey" PRIMARY KEY("org_id","schedule_id")
);
--> statement-breakpoint
CREATE TABLE "schedule_runs" (
	"org_id" uuid,
	"schedule_id" uuid,
	"due_at" timestamp(3) with time zone,
	"outcome" text NOT NULL,
	"task_id" uuid,
	"stands" integer NOT NULL,
	"detail" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "schedule_runs_pkey" PRIMARY KEY("org_id","schedule_id","due_at")
);
--> statement-breakpoint
CREATE TABLE "schedules" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"name" text NOT NULL,
	"cron" text NOT NULL,
	"time_zone" text NOT NULL,
	"parameters" jsonb NOT NULL,
	"catch_up" text NOT NULL,
	"enabled" boolean NOT NULL,
	"owner_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "schedules_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"variables" jsonb NOT NULL,
	"body" jsonb NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "templates_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "agent_transcripts_entry" ON "agent_transcripts" ("org_id","session_id","file","entry_id") WHERE entry_id is not null;--> statement-breakpoint
CREATE INDEX "schedule_clocks_due" ON "schedule_clocks" ("next_at");--> statement-breakpoint
CREATE UNIQUE INDEX "templates_name" ON "templates" ("org_id","team_id","kind","name") WHERE removed_at is null;--> statement-breakpoint
ALTER TABLE "agent_transcripts" ADD CONSTRAINT "agent_transcripts_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");--> statement-breakpoint
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_org_id_template_id_templates_org_id_id_fkey" FOREIGN KEY ("org_id","template_id") REFERENCES "templates"("org_id","id");--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");