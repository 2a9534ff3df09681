#!/bin/sh
# Runs the tests in a real Neovim: $NVIM, the installed one of the tests, or the one on PATH. Home, state
# and folder are new and gone afterwards.
#
#   SCRUBJAY_BIN=/path   tests that program instead of bin/scrubjay
set -eu
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../../test-editors/fresh.sh" sh -c '
	export VENDOR="$TMPDIR/vendor"
	mkdir "$VENDOR"
	"$NODE" "$0/vendor.mjs" "$VENDOR" &
	vendor=$!
	trap "kill $vendor" EXIT
	until [ -f "$VENDOR/port" ]; do kill -0 "$vendor"; sleep 0.05; done
	url=http://127.0.0.1:$(cat "$VENDOR/port")
	cat >>"$SCRUBJAY_CONFIG" <<-CONFIG
		providers:
		  anthropic: {format: anthropic, url: "$url", kind: public}
		  completer: {format: ollama, url: "$url", kind: public}
		completion: {provider: completer, model: stand-in}
	CONFIG
	cd "$FOLDER"
	# What it shows as messages would run into the results.
	"$NVIM" --headless -u "$0/init.lua" +"luafile $0/run.lua" 2>"$TMPDIR/messages" || { cat "$TMPDIR/messages"; exit 1; }
' "$here"
