# syntax=docker/dockerfile:1
ARG NODE_IMAGE=node:26.10.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE} AS run
# git reads the changes; bandit and promtool are the instruments of the Security Auditor and the SRE; tini ends children.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates git python3-bandit prometheus tini \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node /var/cache/ml-review
WORKDIR /app
COPY --from=build /src/package.json ./
COPY --from=build /src/node_modules ./node_modules
COPY --from=build /src/dist ./dist
COPY personas ./personas
COPY app.yml ./
# Two roots have to be writable when the root file system is not: the clone cache and /tmp.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    ML_REVIEW_OPS_PORT=3001 \
    ML_REVIEW_CACHE_DIR=/var/cache/ml-review
USER 1000:1000
EXPOSE 3000 3001
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.ML_REVIEW_OPS_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--enable-source-maps", "dist/cli.js"]
CMD ["serve"]
