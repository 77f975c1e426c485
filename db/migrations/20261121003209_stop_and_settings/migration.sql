CREATE TABLE "agent_presence" (
	"org_id" uuid,
	"agent_id" uuid,
	"last_seen_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "agent_presence_pkey" PRIMARY KEY("org_id","agent_id")
);
--> statement-breakpoint
CREATE TABLE "review_approvals" (
	"org_id" uuid,
	"review_id" uuid,
	"actor_id" uuid,
	"by" jsonb NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "review_approvals_pkey" PRIMARY KEY("org_id","review_id","actor_id")
);
--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "paused_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "paused_by" jsonb;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "pause_reason" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "pause_mode" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "silent_since" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "pause_mode" text;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "pause_mode" text;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "person_approvals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "agent_approvals" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "review_rules" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "branch_prefix" text DEFAULT 'task-' NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "working_hours" jsonb;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "default_lease_seconds" integer;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "default_slots" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "review_limit" integer;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "silent_minutes" integer DEFAULT 30 NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "conventions" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "teams" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "assigned_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "declined_by" uuid[] DEFAULT '{}'::uuid[] NOT NULL;--> statement-breakpoint
ALTER TABLE "reviews" ADD COLUMN "asked" jsonb DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "review_approvals" ADD CONSTRAINT "review_approvals_org_id_review_id_reviews_org_id_id_fkey" FOREIGN KEY ("org_id","review_id") REFERENCES "reviews"("org_id","id");