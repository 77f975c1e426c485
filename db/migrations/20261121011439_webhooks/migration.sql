CREATE TABLE "external_items" (
	"org_id" uuid,
	"team_id" uuid,
	"external_id" text,
	"task_id" uuid,
	"state" text NOT NULL,
	"changed_at" timestamp(3) with time zone NOT NULL,
	"synced" jsonb NOT NULL,
	CONSTRAINT "external_items_pkey" PRIMARY KEY("org_id","team_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "github_app_requests" (
	"org_id" uuid,
	"state_hash" text,
	"user_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"label" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone,
	CONSTRAINT "github_app_requests_pkey" PRIMARY KEY("org_id","state_hash")
);
--> statement-breakpoint
CREATE TABLE "github_app_secrets" (
	"org_id" uuid,
	"app_id" uuid,
	"name" text,
	"sealed" text NOT NULL,
	CONSTRAINT "github_app_secrets_pkey" PRIMARY KEY("org_id","app_id","name")
);
--> statement-breakpoint
CREATE TABLE "github_apps" (
	"org_id" uuid,
	"id" uuid,
	"app_id" bigint NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	"owner" text NOT NULL,
	"client_id" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "github_apps_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "github_installation_repos" (
	"org_id" uuid,
	"app_id" uuid,
	"installation_id" bigint,
	"repository_id" bigint,
	"full_name" text NOT NULL,
	CONSTRAINT "github_installation_repos_pkey" PRIMARY KEY("org_id","app_id","installation_id","repository_id")
);
--> statement-breakpoint
CREATE TABLE "github_installations" (
	"org_id" uuid,
	"app_id" uuid,
	"installation_id" bigint,
	"account" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "github_installations_pkey" PRIMARY KEY("org_id","app_id","installation_id")
);
--> statement-breakpoint
CREATE TABLE "repo_fetches" (
	"org_id" uuid,
	"repo_id" uuid,
	"requested_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "repo_fetches_pkey" PRIMARY KEY("org_id","repo_id")
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"org_id" uuid,
	"id" uuid,
	"webhook_id" uuid NOT NULL,
	"team_id" uuid NOT NULL,
	"delivery_id" text,
	"event" text NOT NULL,
	"action" text,
	"headers" jsonb NOT NULL,
	"payload" bytea,
	"payload_bytes" integer NOT NULL,
	"status" text NOT NULL,
	"result" text NOT NULL,
	"task_id" uuid,
	"attempts" integer NOT NULL,
	"request_id" text NOT NULL,
	"received_at" timestamp(3) with time zone NOT NULL,
	"next_attempt_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "webhook_deliveries_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhook_secrets" (
	"org_id" uuid,
	"id" uuid,
	"webhook_id" uuid NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	CONSTRAINT "webhook_secrets_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "webhooks" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid NOT NULL,
	"repo_id" uuid,
	"provider" text NOT NULL,
	"name" text NOT NULL,
	"events" text[] NOT NULL,
	"label" text,
	"enabled" boolean NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"secret_changed_at" timestamp(3) with time zone NOT NULL,
	"deleted_at" timestamp(3) with time zone,
	CONSTRAINT "webhooks_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "origin" jsonb;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "tainted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "github_app_requests_state" ON "github_app_requests" ("state_hash");--> statement-breakpoint
CREATE INDEX "github_apps_app" ON "github_apps" ("app_id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_once" ON "webhook_deliveries" ("org_id","webhook_id","delivery_id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" ("next_attempt_at") WHERE status = 'received';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_webhook" ON "webhook_deliveries" ("org_id","webhook_id","received_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "webhook_deliveries_log" ON "webhook_deliveries" ("org_id","received_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "webhook_secrets_webhook" ON "webhook_secrets" ("org_id","webhook_id");--> statement-breakpoint
CREATE UNIQUE INDEX "webhooks_id" ON "webhooks" ("id");--> statement-breakpoint
ALTER TABLE "webhooks" ADD CONSTRAINT "webhooks_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");