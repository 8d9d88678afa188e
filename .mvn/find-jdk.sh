# Sourced by ./mvnw and ./keelson. Sets JAVA_HOME to a JDK of at least the wanted version:
# JAVA_HOME itself, then PATH, then the folders where distributions and version managers put JVMs.
# Prints one line and returns 1 when there is none.
keelson_find_jdk() {
  local want=25 home major best="" best_major=0
  keelson_jdk_major() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
  }
  if [ -n "${JAVA_HOME:-}" ]; then
    major=$(keelson_jdk_major "$JAVA_HOME") && [ "${major:-0}" -ge $want ] && { export JAVA_HOME; return 0; }
  fi
  if home=$(command -v javac 2>/dev/null); then
    home=$(readlink -f "$home"); home=${home%/bin/javac}
    major=$(keelson_jdk_major "$home") && [ "${major:-0}" -ge $want ] && { export JAVA_HOME=$home; return 0; }
  fi
  for home in /usr/lib/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*jdk* "$HOME"/.sdkman/candidates/java/* \
      "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    major=$(keelson_jdk_major "$home") || continue
    # The lowest sufficient version: it is the one the project is tested with.
    if [ "${major:-0}" -ge $want ] && { [ $best_major -eq 0 ] || [ "$major" -lt $best_major ]; }; then
      best=$home best_major=$major
    fi
  done
  if [ -z "$best" ]; then
    echo "keelson: no JDK $want or newer found (JAVA_HOME, PATH, /usr/lib/jvm); install one, for example Eclipse Temurin 25, or set JAVA_HOME" >&2
    return 1
  fi
  export JAVA_HOME=$best
}
