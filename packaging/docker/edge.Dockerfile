# The edge worker in a container. From the repository's root:
#
#   docker build -f packaging/docker/edge.Dockerfile -t hybrid-edge .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v hybrid-edge:/data hybrid-edge
#
# It listens inside the container only. To let others in, make a key and give it an address:
#
#   docker run --rm -v hybrid-edge:/data hybrid-edge keys add open-webui --data /data
#   docker run -d --read-only -v hybrid-edge:/data -p 127.0.0.1:8000:8000 -e HYBRID__Api__Url=http://0.0.0.0:8000 hybrid-edge
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG BASE_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled

FROM --platform=$BUILDPLATFORM ${SDK_IMAGE} AS build
ARG TARGETARCH
WORKDIR /source
COPY Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig ./
COPY src/MachineCode.props src/MachineCode.props
COPY src/Contracts src/Contracts
COPY src/Messaging src/Messaging
COPY src/Inference src/Inference
COPY src/EdgeWorker src/EdgeWorker
COPY models/starter/small models/starter/small
COPY packaging/systemd packaging/systemd
RUN dotnet publish src/EdgeWorker -p:PublishProfile=device -r "linux-$(echo "$TARGETARCH" | sed 's/amd64/x64/')" -o /program \
    && rm -f /program/*.sh /program/*.service \
    && mkdir /data

FROM ${BASE_IMAGE}
COPY --from=build /program /opt/hybrid-edge
# A new volume takes over the owner of this folder.
COPY --from=build --chown=1654:1654 --chmod=0700 /data /data
ENV DOTNET_EnableDiagnostics=0
# The user 'app' of .NET's images.
USER 1654
WORKDIR /data
VOLUME ["/data"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=2m CMD ["/opt/hybrid-edge/hybrid-edge", "health", "--data", "/data"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/opt/hybrid-edge/hybrid-edge"]
CMD ["serve", "--data", "/data"]
