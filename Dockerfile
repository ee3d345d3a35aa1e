# The images of the operator, the facade (api) and the node agent: one file, three targets.
#
#   hack/images build                                          with buildah, on bases made from Debian packages
#   docker build --target agent -t nannyapi-agent:0.1.0 .      where Docker and an image registry are
#
# BUILD_BASE brings any npm from 10 on; what is built and shipped is the Node of package-lock.json. BASE is Debian 12: the
# C library comes from it, and the agent's tools. Both are pinned by release and not by digest; whoever needs the same
# bytes again passes a digest: --build-arg BASE=debian@sha256:…
ARG BUILD_BASE=node:24-bookworm-slim
ARG BASE=debian:bookworm-slim

# ---- what ships, built from the sources
FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY agent-daemonset/package.json agent-daemonset/
COPY api/package.json api/
COPY cli/package.json cli/
COPY crds/package.json crds/
COPY operator/package.json operator/
COPY process/package.json process/
COPY protocol/package.json protocol/
COPY runtime/package.json runtime/
COPY standalone/package.json standalone/
# Another registry, and certificates to trust on the way to it, are for this stage alone: nothing of them stays in an image.
ARG NPM_CONFIG_REGISTRY
RUN --mount=type=cache,target=/root/.npm --mount=type=secret,id=ca.pem,target=/run/build/ca.pem \
  NODE_EXTRA_CA_CERTS=/run/build/ca.pem npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
RUN mkdir -p /out/bin /out/doc \
  && cp node_modules/node-linux-*/bin/node /out/bin/node && cp node_modules/node-linux-*/LICENSE /out/doc/LICENSE.node
COPY . .
RUN cp LICENSE /out/doc/LICENSE

# ---- for operator and api: Node with its shared libraries and nothing else, no shell and no package manager
FROM ${BASE} AS runtime
COPY --from=build /out/bin/node /usr/local/bin/node
COPY hack/images-build/collect-runtime /usr/local/bin/collect-runtime
RUN collect-runtime /out /usr/local/bin/node

FROM build AS build-operator
COPY --from=runtime /out/var/lib/dpkg /scan/var/lib/dpkg
COPY --from=runtime /out/usr/share/doc /scan/usr/share/doc
RUN npm run --silent build nannyapi-operator && node_modules/.bin/node hack/images-build/write-sbom.ts operator /scan > /sbom.spdx.json

FROM build AS build-api
COPY --from=runtime /out/var/lib/dpkg /scan/var/lib/dpkg
COPY --from=runtime /out/usr/share/doc /scan/usr/share/doc
RUN npm run --silent build nannyapi-api nanny-agent && node_modules/.bin/node hack/images-build/write-sbom.ts api /scan > /sbom.spdx.json

FROM scratch AS operator
COPY --from=runtime /out/ /
COPY --from=build /out/doc/ /usr/share/doc/nannyapi/
COPY --from=build-operator /sbom.spdx.json /usr/share/doc/nannyapi/sbom.spdx.json
COPY --from=build-operator /src/dist/nannyapi-operator.js* /opt/nannyapi/
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="nannyapi-operator" \
  org.opencontainers.image.description="Reconciles the objects of nannyai.dev" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/usr/local/bin/node", "/opt/nannyapi/nannyapi-operator.js"]

FROM scratch AS api
COPY --from=runtime /out/ /
COPY --from=build /out/doc/ /usr/share/doc/nannyapi/
COPY --from=build-api /sbom.spdx.json /usr/share/doc/nannyapi/sbom.spdx.json
COPY --from=build-api /src/dist/nannyapi-api.js* /src/dist/nanny-agent.js* /opt/nannyapi/
# What the API gives to hosts outside of the cluster, together with the Node that it runs on itself.
COPY agent-daemonset/install/install.sh agent-daemonset/install/nannyapi-agent.service agent-daemonset/bin/nanny-agent /opt/nannyapi/install/
COPY --from=build-api /src/dist/assets /opt/nannyapi/assets
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="nannyapi-api" \
  org.opencontainers.image.description="Serves agents and people of NannyAPI" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
USER 65532:65532
WORKDIR /
ENTRYPOINT ["/usr/local/bin/node", "/opt/nannyapi/nannyapi-api.js"]

# ---- the agent: Debian with the tools that its policy knows. It looks into the host, so it runs as root
FROM ${BASE} AS agent-root
COPY hack/images-build/agent-packages.txt hack/images-build/add-packages /usr/share/doc/nannyapi/
RUN sh /usr/share/doc/nannyapi/add-packages /usr/share/doc/nannyapi/agent-packages.txt

FROM build AS build-agent
COPY --from=agent-root /var/lib/dpkg/status /scan/var/lib/dpkg/status
COPY --from=agent-root /usr/share/doc /scan/usr/share/doc
RUN npm run --silent build nanny-agent && node_modules/.bin/node hack/images-build/write-sbom.ts agent /scan > /sbom.spdx.json

FROM agent-root AS agent
COPY --from=build /out/bin/node /usr/local/bin/node
COPY --from=build /out/doc/ /usr/share/doc/nannyapi/
COPY agent-daemonset/bin/enter-host /opt/nannyapi/enter-host
COPY --from=build-agent /sbom.spdx.json /usr/share/doc/nannyapi/sbom.spdx.json
COPY --from=build-agent /src/dist/nanny-agent.js* /opt/nannyapi/
ARG VERSION=0.0.0
LABEL org.opencontainers.image.title="nannyapi-agent" \
  org.opencontainers.image.description="Looks into the node it runs on, for NannyAPI" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.licenses="Apache-2.0"
WORKDIR /
ENTRYPOINT ["/opt/nannyapi/enter-host"]
CMD ["run"]
