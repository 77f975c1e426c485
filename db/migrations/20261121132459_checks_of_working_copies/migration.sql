ALTER TABLE "repos" ADD COLUMN "setup_script" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "repos" ADD COLUMN "turn_check" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "repos" ADD COLUMN "commit_check" text DEFAULT '' NOT NULL;