#!/bin/sh
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Tests that need programs which are no Python packages. Installs them from the distribution where it may.

set -eu

cd "$(dirname "$0")/../.."

need() {
    program=$1
    package=$2
    if command -v "$program" >/dev/null; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$program is missing. On Debian or Ubuntu, as root: apt-get install $package" >&2
        exit 1
    fi
    echo "start     apt-get install $package"
    mkdir -p .build/log
    log=.build/log/apt-$package.log
    if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$package"; } >"$log" 2>&1; then
        cat "$log"
        exit 1
    fi
}

need shellcheck shellcheck

echo "start     shellcheck"
passed=0
failed=0
while IFS= read -r file; do
    if shellcheck "$file"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
done <<SCRIPTS
$(git -c safe.directory='*' grep --untracked -lE '^#! ?/(usr/)?bin/(env )?(ba)?sh' -- ':!*.md')
SCRIPTS
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
