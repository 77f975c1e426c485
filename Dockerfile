# The whole product in one image. `docker run IMAGE` is everything with the embedded PostgreSQL, which keeps its data
# below /data; `docker run IMAGE serve web`, `serve worker` and `serve realtime` are its parts (deploy/README.md).
ARG BASE=node:24-trixie-slim
FROM $BASE
RUN apt-get update && apt-get install -y --no-install-recommends git bubblewrap openssh-client ca-certificates procps \
  && rm -rf /var/lib/apt/lists/*
RUN mkdir /app /data && chown node:node /app /data
# PostgreSQL refuses to run as root.
USER node
WORKDIR /app
COPY --chown=node:node package.json package-lock.json ./
COPY --chown=node:node patches patches
RUN npm ci && npm cache clean --force
COPY --chown=node:node . .
RUN node scripts/run.mjs build
ENV ENTOURAGE_DATA_DIR=/data ENTOURAGE_HOST=0.0.0.0 PORT=8080 NODE_ENV=production
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["node", "scripts/run.mjs"]
CMD ["start"]
