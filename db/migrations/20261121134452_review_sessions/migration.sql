ALTER TABLE "session_runs" ADD COLUMN "review_id" uuid;--> statement-breakpoint
CREATE UNIQUE INDEX "session_runs_review" ON "session_runs" ("org_id","review_id") WHERE review_id is not null;