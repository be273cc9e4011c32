#!/usr/bin/env bash
# Installs the named Debian or Ubuntu packages, if any is missing; does nothing, and needs no rights, otherwise.
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
    echo "This is not Debian or Ubuntu. Install what these packages hold, then build with 'swift build': $*" >&2
    exit 1
fi

# A virtual package counts as installed where another one provides it, as libjpeg62-turbo-dev does libjpeg-dev.
installed=$(dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' | tr ', ' '\n\n')

is_installed() {
    case $1 in
        # Python may come from elsewhere than the distribution.
        python3) command -v python3 >/dev/null ;;
        python3-venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
        *) grep -qx -- "$1" <<<"$installed" ;;
    esac
}

missing=()
for package in "$@"; do
    is_installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || {
        echo "Missing packages, and no sudo here. As root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
