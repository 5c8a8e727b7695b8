# syntax=docker/dockerfile:1
FROM node:20.20.2-bookworm-slim AS dependencies
WORKDIR /app
# The CPU binaries of onnxruntime are in its package; its install script would download CUDA.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
# Not `npm ci`: it refuses a lock file that lacks the binaries of this platform; this keeps to the lock file as well. .npmrc is
# silent for the scripts' sake, so errors are asked for.
RUN npm install --no-save --omit=dev --loglevel=error && npm cache clean --force

FROM node:20.20.2-bookworm-slim
# tini hands signals on and collects the retraining commands that end.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends tini ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY common ./common
COPY config ./config
COPY validators ./validators
COPY drift ./drift
COPY consumers ./consumers
COPY serving ./serving
COPY store ./store
COPY actions ./actions
COPY dashboards ./dashboards
COPY cli ./cli
# What `tidemark kafka` is made of; cli/ imports it.
COPY scripts/kafka ./scripts/kafka
RUN mkdir /data && chown node:node /data
USER node
# Relative paths of the configuration (an embedded store, say) start here.
WORKDIR /data
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8787/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No npm and no shell between: tini hands SIGTERM to node, which finishes its flush and leaves the consumer group. The young
# generation is that of scripts/run.mjs: batches live for about a second.
ENTRYPOINT ["tini", "--", "node", "--no-warnings=ExperimentalWarning", "--max-semi-space-size=32", "--import", "/app/node_modules/tsx/dist/loader.mjs", "/app/cli/main.ts"]
CMD ["up", "/pipeline/pipeline.yaml"]
