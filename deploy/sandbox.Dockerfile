# What agents and gates run in with ENTOURAGE_SANDBOX=docker. Build it once on the machine of the engine:
#   docker build -t entourage-sandbox -f deploy/sandbox.Dockerfile deploy
# Node is bound in from the server, so any base with glibc will do; add the tools your projects need.
ARG BASE=debian:trixie-slim
FROM $BASE
RUN apt-get update && apt-get install -y --no-install-recommends \
  git ripgrep python3 make g++ curl ca-certificates procps less \
  && rm -rf /var/lib/apt/lists/*
