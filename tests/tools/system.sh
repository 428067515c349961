#!/bin/sh
# Copyright (c) 2026 community.qualys contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Tests that need programs which are no Python packages. Installs them from the distribution where it may.

set -eu

cd "$(dirname "$0")/../.."
# Where servers lie, which the PATH of most users leaves out.
PATH=$PATH:/usr/sbin:/sbin
python=${PYTHON:-python3}
logs=.build/log
mkdir -p "$logs"

refuse_services() {
    # Of Debian policy, "invoke-rc.d": with 101 no service starts when its package is installed.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
}

# need PROGRAM PACKAGE [SERVICE]: the tests run the program themselves, so a service must not run now or after a boot.
need() {
    program=$1
    package=$2
    service=${3:-}
    if command -v "$program" >/dev/null; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "$program is missing. On Debian or Ubuntu, as root: apt-get install $package" >&2
        exit 1
    fi
    echo "start     apt-get install $package"
    log=$logs/apt-$package.log
    refuse_services
    if ! {
        apt-get update &&
            DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$package" &&
            { [ -z "$service" ] || update-rc.d "$service" disable; }
    } >"$log" 2>&1; then
        cat "$log"
        exit 1
    fi
}

need shellcheck shellcheck
need openssl openssl
need nginx nginx-light nginx
need squid squid-openssl squid
need redis-server redis-server redis-server
if ! squid -v | grep -q -e --with-openssl; then
    # To install the other would remove this one, which somebody may be using.
    echo "squid is here, but not the one that can inspect TLS. On Debian or Ubuntu, as root:" \
        "apt-get install squid-openssl" >&2
    exit 1
fi

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

"${MAKE:-make}" --no-print-directory PYTHON="$python" build venv-test
"$python" tests/tools/venv.py general -r tests/requirements/general.txt

echo "start     the installed artifact through real proxies and servers"
log=$logs/system.log
status=0
"$python" tests/tools/run.py run env \
    QUALYS_TEST_COLLECTIONS="$PWD/.build/collections" QUALYS_TEST_PYTHON="$PWD/.build/venv/run/bin/python" \
    QUALYS_TEST_GENERAL="$PWD/.build/venv/general" \
    "$PWD/.build/venv/test/bin/python" -m pytest tests/system -q >"$log" 2>&1 || status=$?
# pytest is content with a test that it has left out.
if [ "$status" -ne 0 ] || grep -E '^=*.*\b[0-9]+ (skipped|deselected|xfailed|xpassed)\b' "$log" ||
    ! grep -qE '\b[1-9][0-9]* passed\b' "$log"; then
    cat "$log"
    echo "FAILED    tests/system"
    exit 1
fi
tail -n 1 "$log"
