CREATE TABLE "plan_crews" (
	"org_id" uuid,
	"plan_id" uuid,
	"team_id" uuid NOT NULL,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"beat_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"note" text,
	CONSTRAINT "plan_crews_pkey" PRIMARY KEY("org_id","plan_id")
);
--> statement-breakpoint
DROP TABLE "sample_runs";--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "is_demonstration" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "plan_crews_due" ON "plan_crews" ("requested_at");--> statement-breakpoint
ALTER TABLE "plan_crews" ADD CONSTRAINT "plan_crews_org_id_plan_id_plans_org_id_id_fkey" FOREIGN KEY ("org_id","plan_id") REFERENCES "plans"("org_id","id");