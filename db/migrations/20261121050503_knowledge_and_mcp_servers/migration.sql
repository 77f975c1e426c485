CREATE TABLE "knowledge_chunks" (
	"org_id" uuid,
	"id" uuid,
	"source_id" uuid NOT NULL,
	"path" text NOT NULL,
	"first_line" integer NOT NULL,
	"last_line" integer NOT NULL,
	"body" text NOT NULL,
	"model" text NOT NULL,
	"vector" bytea NOT NULL,
	"words" tsvector GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED,
	"stamp" bigserial,
	CONSTRAINT "knowledge_chunks_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "knowledge_files" (
	"org_id" uuid,
	"source_id" uuid,
	"path" text,
	"content_hash" text NOT NULL,
	"model" text NOT NULL,
	"chunks" integer NOT NULL,
	CONSTRAINT "knowledge_files_pkey" PRIMARY KEY("org_id","source_id","path")
);
--> statement-breakpoint
CREATE TABLE "knowledge_jobs" (
	"org_id" uuid,
	"source_id" uuid,
	"requested_at" timestamp(3) with time zone NOT NULL,
	"started_at" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	"cancelled_at" timestamp(3) with time zone,
	"files_total" integer DEFAULT 0 NOT NULL,
	"files_done" integer DEFAULT 0 NOT NULL,
	"chunks_done" integer DEFAULT 0 NOT NULL,
	"head" text,
	"error" text,
	CONSTRAINT "knowledge_jobs_pkey" PRIMARY KEY("org_id","source_id")
);
--> statement-breakpoint
CREATE TABLE "knowledge_queries" (
	"org_id" uuid,
	"id" uuid,
	"team_ids" uuid[],
	"query" text NOT NULL,
	"most" integer NOT NULL,
	"asked_at" timestamp(3) with time zone NOT NULL,
	"answered_at" timestamp(3) with time zone,
	"answer" jsonb,
	"error" text,
	CONSTRAINT "knowledge_queries_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "knowledge_sources" (
	"org_id" uuid,
	"id" uuid,
	"team_id" uuid,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"repo_id" uuid,
	"content_hash" text,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "knowledge_sources_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "knowledge_texts" (
	"org_id" uuid,
	"source_id" uuid,
	"body" text NOT NULL,
	CONSTRAINT "knowledge_texts_pkey" PRIMARY KEY("org_id","source_id")
);
--> statement-breakpoint
CREATE TABLE "mcp_server_checks" (
	"org_id" uuid,
	"server_id" uuid,
	"requested_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "mcp_server_checks_pkey" PRIMARY KEY("org_id","server_id")
);
--> statement-breakpoint
CREATE TABLE "mcp_server_secrets" (
	"org_id" uuid,
	"server_id" uuid,
	"sealed" text NOT NULL,
	CONSTRAINT "mcp_server_secrets_pkey" PRIMARY KEY("org_id","server_id")
);
--> statement-breakpoint
CREATE TABLE "mcp_server_states" (
	"org_id" uuid,
	"server_id" uuid,
	"status" text NOT NULL,
	"detail" text NOT NULL,
	"tools" jsonb NOT NULL,
	"checked_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "mcp_server_states_pkey" PRIMARY KEY("org_id","server_id")
);
--> statement-breakpoint
CREATE TABLE "mcp_servers" (
	"org_id" uuid,
	"id" uuid,
	"name" text NOT NULL,
	"transport" text NOT NULL,
	"url" text,
	"command" text,
	"args" text[] NOT NULL,
	"secret_names" text[] NOT NULL,
	"enabled" boolean NOT NULL,
	"accepted" jsonb NOT NULL,
	"created_by" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"removed_at" timestamp(3) with time zone,
	CONSTRAINT "mcp_servers_pkey" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE INDEX "knowledge_chunks_file" ON "knowledge_chunks" ("org_id","source_id","path");--> statement-breakpoint
CREATE INDEX "knowledge_chunks_stamp" ON "knowledge_chunks" ("org_id","stamp");--> statement-breakpoint
CREATE INDEX "knowledge_chunks_words" ON "knowledge_chunks" USING gin ("words");--> statement-breakpoint
CREATE INDEX "knowledge_jobs_due" ON "knowledge_jobs" ("requested_at") WHERE finished_at is null and cancelled_at is null;--> statement-breakpoint
CREATE INDEX "knowledge_queries_open" ON "knowledge_queries" ("asked_at") WHERE answered_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "knowledge_sources_repo" ON "knowledge_sources" ("org_id","repo_id") WHERE removed_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "mcp_servers_name" ON "mcp_servers" ("org_id","name") WHERE removed_at is null;--> statement-breakpoint
ALTER TABLE "knowledge_sources" ADD CONSTRAINT "knowledge_sources_org_id_team_id_teams_org_id_id_fkey" FOREIGN KEY ("org_id","team_id") REFERENCES "teams"("org_id","id");--> statement-breakpoint
ALTER TABLE "knowledge_sources" ADD CONSTRAINT "knowledge_sources_org_id_repo_id_repos_org_id_id_fkey" FOREIGN KEY ("org_id","repo_id") REFERENCES "repos"("org_id","id");