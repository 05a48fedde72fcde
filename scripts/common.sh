# Shared by the scripts of this folder: where the project is, packages, builds. Sourced, not run.

set -euo pipefail
export LC_ALL=C.UTF-8

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
jobs="$(nproc 2>/dev/null || echo 2)"

build_packages=(g++ cmake ninja-build llvm-19-dev libboost-dev libfmt-dev libopenblas-dev
                liblapacke-dev libsleef-dev libcli11-dev nlohmann-json3-dev libedit-dev)
test_packages=(catch2 clang-format-19 python3 gcc python3-numpy python3-scipy python3-torch octave
               libeigen3-dev graphviz)

say() { printf '\n\033[1m== %s\033[0m\n' "$*" >&2; }

# install_packages NAME…: apt packages by name, only those that are missing.
install_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing ${missing[*]}"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >&2
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

# build PRESET [cmake --build arguments…]: configures and builds, quiet unless it fails.
build() {
    local preset=$1 log
    shift
    log="$(mktemp)"
    say "building ($preset)"
    if ! (cd "$root" && cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" "$@") \
        >"$log" 2>&1; then
        tail -n 60 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}
