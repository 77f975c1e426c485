# The whole product in one image: web, worker and the embedded PostgreSQL, which keeps everything below /data.
FROM node:24-trixie-slim
RUN apt-get update && apt-get install -y --no-install-recommends git bubblewrap openssh-client ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
COPY patches patches
RUN npm ci
COPY . .
RUN npm run build && mkdir /data && chown -R node:node /app /data
# PostgreSQL refuses to run as root.
USER node
ENV ENTOURAGE_DATA_DIR=/data ENTOURAGE_HOST=0.0.0.0 PORT=8080
VOLUME /data
EXPOSE 8080
CMD ["node", "scripts/run.mjs", "start"]
