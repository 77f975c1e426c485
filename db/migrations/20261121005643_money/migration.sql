CREATE TABLE "budget_counters" (
	"org_id" uuid,
	"budget_id" uuid,
	"period_start" date,
	"settled_micros" bigint NOT NULL,
	"reserved_micros" bigint NOT NULL,
	"warned_at" timestamp(3) with time zone,
	"exhausted_at" timestamp(3) with time zone,
	"request_id" uuid,
	CONSTRAINT "budget_counters_pkey" PRIMARY KEY("org_id","budget_id","period_start")
);
--> statement-breakpoint
CREATE TABLE "budgets" (
	"org_id" uuid,
	"id" uuid,
	"scope" text NOT NULL,
	"scope_id" uuid NOT NULL,
	"team_id" uuid,
	"period" text NOT NULL,
	"cap_micros" bigint NOT NULL,
	"set_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "budgets_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "ledger" (
	"org_id" uuid,
	"id" bigserial,
	"budget_id" uuid NOT NULL,
	"period_start" date NOT NULL,
	"kind" text NOT NULL,
	"reservation_id" uuid,
	"usage_id" uuid,
	"settled_delta" bigint NOT NULL,
	"reserved_delta" bigint NOT NULL,
	"settled_after" bigint NOT NULL,
	"reserved_after" bigint NOT NULL,
	"cap_micros" bigint NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "ledger_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid,
	"agent_id" uuid,
	"user_id" uuid,
	"task_id" uuid,
	"session_id" uuid,
	"model" text NOT NULL,
	"micros" bigint NOT NULL,
	"status" text NOT NULL,
	"booked_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	CONSTRAINT "reservations_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "prices" (
	"org_id" uuid,
	"id" uuid,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"input_micros" bigint NOT NULL,
	"output_micros" bigint NOT NULL,
	"cache_read_micros" bigint NOT NULL,
	"cache_write_micros" bigint NOT NULL,
	"valid_from" timestamp(3) with time zone NOT NULL,
	"set_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "prices_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"agent_id" uuid,
	"user_id" uuid,
	"task_id" uuid,
	"name" text NOT NULL,
	"model" text,
	"status" text NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"cost_micros" bigint NOT NULL,
	"calls" integer NOT NULL,
	"started_at" timestamp(3) with time zone NOT NULL,
	"last_used_at" timestamp(3) with time zone,
	"ended_at" timestamp(3) with time zone,
	"end_reason" text,
	CONSTRAINT "sessions_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "task_costs" (
	"org_id" uuid,
	"task_id" uuid,
	"tokens" bigint NOT NULL,
	"cost_micros" bigint NOT NULL,
	CONSTRAINT "task_costs_pkey" PRIMARY KEY("org_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "usage_records" (
	"org_id" uuid,
	"id" uuid,
	"session_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"agent_id" uuid,
	"user_id" uuid,
	"task_id" uuid,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"cost_micros" bigint NOT NULL,
	"uncovered_micros" bigint NOT NULL,
	"key" text,
	"booked_at" timestamp(3) with time zone NOT NULL,
	"recorded_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "usage_records_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "budgets_scope" ON "budgets" ("org_id","scope_id","period");--> statement-breakpoint
CREATE INDEX "ledger_counter" ON "ledger" ("org_id","budget_id","period_start","id");--> statement-breakpoint
CREATE INDEX "reservations_due" ON "reservations" ("expires_at") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "reservations_session" ON "reservations" ("org_id","session_id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "prices_model" ON "prices" ("org_id","model","valid_from");--> statement-breakpoint
CREATE INDEX "sessions_task" ON "sessions" ("org_id","task_id","started_at");--> statement-breakpoint
CREATE INDEX "sessions_team" ON "sessions" ("org_id","team_id","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "usage_records_key" ON "usage_records" ("org_id","session_id","key") WHERE key is not null;--> statement-breakpoint
CREATE INDEX "usage_records_period" ON "usage_records" ("org_id","booked_at");--> statement-breakpoint
CREATE INDEX "usage_records_team" ON "usage_records" ("org_id","team_id","booked_at");--> statement-breakpoint
CREATE INDEX "usage_records_agent" ON "usage_records" ("org_id","agent_id","booked_at");--> statement-breakpoint
ALTER TABLE "budget_counters" ADD CONSTRAINT "budget_counters_org_id_budget_id_budgets_org_id_id_fkey" FOREIGN KEY ("org_id","budget_id") REFERENCES "budgets"("org_id","id");--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_org_id_agent_id_agents_org_id_id_fkey" FOREIGN KEY ("org_id","agent_id") REFERENCES "agents"("org_id","id");--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_org_id_task_id_tasks_org_id_id_fkey" FOREIGN KEY ("org_id","task_id") REFERENCES "tasks"("org_id","id");--> statement-breakpoint
ALTER TABLE "usage_records" ADD CONSTRAINT "usage_records_org_id_session_id_sessions_org_id_id_fkey" FOREIGN KEY ("org_id","session_id") REFERENCES "sessions"("org_id","id");