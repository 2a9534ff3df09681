#!/bin/sh
# fresh.sh COMMAND... runs the tests of one editor with a home, a state and a folder of their own, ends the
# daemon that they started, and leaves nothing but screenshots in build/screens.
#
# It tells the command: SCRUBJAY_BIN, NVIM, EMACS, HELIX, NODE, CHROMIUM, FOLDER (to open), SCREENS, PUSH (the program that
# changes the organisation's policy), and the SCRUBJAY_* and XDG_* that keep it away from what is the
# person's own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$root/build/editors/bin
installed() { if [ -x "$bin/$1" ]; then echo "$bin/$1"; else command -v "$1" || true; fi; }

export SCRUBJAY_BIN="${SCRUBJAY_BIN:-$root/bin/scrubjay}"
[ -x "$SCRUBJAY_BIN" ] || { echo "$SCRUBJAY_BIN is not there: make build first, or set SCRUBJAY_BIN"; exit 1; }
export NVIM="${NVIM:-$(installed nvim)}" NODE="${NODE:-$(installed node)}" CHROMIUM="${CHROMIUM:-$(installed chromium)}"
export EMACS="${EMACS:-$(installed emacs)}" HELIX="${HELIX:-$(installed hx)}"
export SCREENS="$root/build/screens"
mkdir -p "$SCREENS"

fresh=$(mktemp -d)
web= vendor=
# A daemon that an editor started outlives it; it says its process over its socket.
clean() {
	[ ! -S "$fresh/state/control.sock" ] || "$NODE" -e '
		require("node:http").get({ socketPath: process.argv[1], path: "/v1/hello" }, (answer) => {
			let text = "";
			answer.on("data", (part) => { text += part; });
			answer.on("end", () => process.kill(JSON.parse(text).pid));
		}).on("error", () => {});
	' "$fresh/state/control.sock"
	[ -z "$web" ] || kill "$web"
	[ -z "$vendor" ] || kill "$vendor"
	rm -rf "$fresh"
}
trap clean EXIT
trap 'exit 130' INT TERM

export HOME="$fresh/home" FOLDER="$fresh/folder" TMPDIR="$fresh/tmp"
export XDG_CONFIG_HOME="$fresh/xdg/config" XDG_DATA_HOME="$fresh/xdg/data" XDG_CACHE_HOME="$fresh/xdg/cache"
export XDG_STATE_HOME="$fresh/xdg/state" XDG_RUNTIME_DIR="$fresh/xdg/run"
export SCRUBJAY_STATE="$fresh/state" SCRUBJAY_CONFIG="$fresh/config.yaml" SCRUBJAY_LISTEN=127.0.0.1:0
mkdir -p "$HOME" "$FOLDER/.git" "$TMPDIR" "$SCRUBJAY_STATE" \
	"$XDG_CONFIG_HOME" "$XDG_DATA_HOME" "$XDG_CACHE_HOME" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR"
chmod 700 "$XDG_RUNTIME_DIR" "$SCRUBJAY_STATE"

# An organisation that allows payment data until it is told otherwise.
export ORGANISATION="$fresh/organisation" PUSH="$here/push.sh"
mkdir -p "$ORGANISATION/web"
"$NODE" "$here/web.mjs" "$ORGANISATION/web" &
web=$!
"$SCRUBJAY_BIN" policy sign --new-key --key "$ORGANISATION/acme.key" >/dev/null
"$PUSH" allow >/dev/null
until [ -f "$ORGANISATION/web/port" ]; do kill -0 "$web"; sleep 0.05; done
cat >"$SCRUBJAY_CONFIG" <<CONFIG
organisation:
  url: http://127.0.0.1:$(cat "$ORGANISATION/web/port")/acme.tar.gz
  scope: acme
  poll: 1s
  keys:
    - |
$(sed 's/^/      /' "$ORGANISATION/acme.key.pub")
CONFIG
# A vendor of each format on loopback, one of which completes what is typed.
export VENDOR="$fresh/vendor"
mkdir "$VENDOR"
"$NODE" "$here/vendor.mjs" "$VENDOR" &
vendor=$!
until [ -f "$VENDOR/port" ]; do kill -0 "$vendor"; sleep 0.05; done
url=http://127.0.0.1:$(cat "$VENDOR/port")
cat >>"$SCRUBJAY_CONFIG" <<CONFIG
providers:
  anthropic: {format: anthropic, url: "$url", kind: public}
  gemini: {format: gemini, url: "$url", kind: public}
  mistral: {format: mistral, url: "$url/mistral", kind: public}
  completer: {format: ollama, url: "$url", kind: public}
  house: {format: openai, url: "$url", kind: public}
completion: {provider: completer, model: stand-in}
CONFIG

# An assistant is set up: without one nobody is protected, and the editors say that first.
"$SCRUBJAY_BIN" setup codex >/dev/null
timeout --kill-after=5 "${PATIENCE:-150}" "$@"
