#!/bin/sh
# Installs the named Debian packages that are missing, without starting the services that they bring.
# Where that is not possible it says so and succeeds: the tests that need a server then fail with one sentence.
set -eu
policy=/usr/sbin/policy-rc.d

missing=
for package in "$@"; do
    status=$(dpkg-query --show --showformat '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    if ! $as_root true 2>/dev/null; then
        echo "Not installed and not permitted to install:$missing. Ask for: apt-get install$missing" >&2
        exit 0
    fi
fi
if ! command -v apt-get >/dev/null; then
    echo "Not installed, and this is not Debian or Ubuntu:$missing." >&2
    exit 0
fi

echo "Installing$missing (their services are not started) …"
if ! [ -e "$policy" ]; then
    trap '$as_root rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
    $as_root chmod 755 "$policy"
fi
install() {
    # shellcheck disable=SC2086
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends $missing
}
install >/dev/null 2>&1 || { $as_root apt-get update --quiet --quiet && install; } ||
    echo "Could not install$missing; what needs them will say so." >&2
