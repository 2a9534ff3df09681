#!/bin/sh
# push.sh VERDICT [SETTING] has the organisation of the tests decide anew what may be done with payment data: it builds,
# signs and pushes the next bundle, as an administrator does. SETTING is a line of settings besides.
set -eu
cd "$ORGANISATION"
seq=$(($(cat seq 2>/dev/null || echo 0) + 1))
echo "$seq" >seq
mkdir -p policy
printf 'verdicts: {pci: {public: %s}}\n%s\n' "$1" "${2:-}" >policy/settings.yaml
"$SCRUBJAY_BIN" policy build policy --scope acme --seq "$seq" -o acme.tar.gz
"$SCRUBJAY_BIN" policy sign acme.tar.gz --key acme.key
"$SCRUBJAY_BIN" policy push acme.tar.gz web
