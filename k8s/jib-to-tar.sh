#!/bin/sh
# Takes Docker's place for jib, so that an image is built without a container engine and without a
# registry: what jib would load into Docker is kept as a tar, which podman, docker, kind and skopeo read.
#   KEELSON_IMAGE_TAR=$PWD/keelson-operator.tar ./mvnw -pl :keelson-operator -am -DskipTests package \
#     -Dquarkus.container-image.build=true -Dquarkus.jib.docker-executable-name=$PWD/k8s/jib-to-tar.sh
# A base image that is a tar too: -Dquarkus.jib.base-jvm-image=tar:///path/base.tar
set -eu
case "$1" in
  load)
    cat >"${KEELSON_IMAGE_TAR:?where to write the image}"
    echo "Loaded image: $KEELSON_IMAGE_TAR"
    ;;
  info) echo '{"OSType":"linux","Architecture":"amd64"}' ;;
  *)
    echo "jib-to-tar.sh: only load and info, not $1" >&2
    exit 1
    ;;
esac
