# The image listens on all addresses, so it needs ROF_API_TOKEN (or ROF_API_TOKEN_FILE, or OIDC):
#
#   docker build -t rof .
#   docker run -p 127.0.0.1:8000:8000 -e ROF_API_TOKEN -v rof:/data --read-only --cap-drop ALL rof
#
# It writes to /data only; where DATABASE_URL names a PostgreSQL, no more than what makes its next start faster.
# Sources of alerts are closed until ROF_CONFIG names a file that gives them secrets: -v "$PWD/rof.yaml:/etc/rof.yaml:ro" -e ROF_CONFIG=/etc/rof.yaml

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/gocache \
    GOCACHE=/gocache CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w" -o /out/rof ./cmd/rof \
    && mkdir -m 0700 /out/data

FROM gcr.io/distroless/static-debian12:nonroot
LABEL org.opencontainers.image.title="RAG of Fire" \
      org.opencontainers.image.description="Incident copilot for Slack that learns from your own incidents" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/rof /rof
# A volume takes its owner from the folder it is mounted over.
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
VOLUME /data
# SQLite sorts what is too large for memory in a file; with a read-only root only /data can take it.
ENV ROF_LISTEN=0.0.0.0:8000 \
    DATABASE_URL=sqlite:/data/rof.db \
    XDG_DATA_HOME=/data \
    SQLITE_TMPDIR=/data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["/rof", "healthcheck"]
ENTRYPOINT ["/rof"]
CMD ["serve"]
