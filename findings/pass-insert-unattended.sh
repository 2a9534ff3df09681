#!/usr/bin/env bash
# pass 1.7.4 (Debian's 1.7.4-6) asks before `pass insert` takes the place of an entry that is there. Without a terminal nobody
# can be asked, and then the answer is yes: the former secret is gone, nothing says that there was one, and the exit code is 0, with --force
# and without it alike. A program that stores a secret for a person has to look first.
set -euo pipefail
dir=$(mktemp -d)
trap 'GNUPGHOME=$dir/gnupg gpgconf --kill all 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq -o APT::Sandbox::User=root download pass=1.7.4-6
dpkg -x pass_1.7.4-6_all.deb .
export GNUPGHOME="$dir/gnupg" PASSWORD_STORE_DIR="$dir/store"
mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key someone@example.com default default never 2>/dev/null
pass() { bash "$dir/usr/bin/pass" "$@"; }
pass init someone@example.com >/dev/null
echo one | pass insert --multiline shop >/dev/null
code=0
echo two | pass insert --multiline shop >said 2>&1 || code=$?
said="exit code $code, warnings $(grep -ci "exist\|overwrit" said || true), the entry is $(pass show shop)"
echo "$said"
[ "$said" = 'exit code 0, warnings 0, the entry is two' ]
