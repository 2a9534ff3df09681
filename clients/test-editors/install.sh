#!/bin/sh
# Puts the editors that the tests run into build/editors: VS Code (the web edition inside code-server,
# under a Node of its own), the Chromium that shows it, and Neovim. What is there already is kept, so that
# a second run takes no time. Chromium and what unpacks packages come from the system's own packages, and
# that alone needs root.
#
#   CHROMIUM=/path   uses that browser and installs none
#   NVIM=/path       uses that Neovim; so does an nvim on PATH that is new enough
set -eu

here=$(cd "$(dirname "$0")" && pwd)
editors=$(cd "$here/../.." && pwd)/build/editors
bin=$editors/bin
mkdir -p "$bin"

say() { printf 'editors: %s\n' "$*"; }

PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1
DEBIAN_FRONTEND=noninteractive
export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD DEBIAN_FRONTEND

# packages NAME... installs packages of the system, and asks for newer lists only if these do not do.
packages() {
	[ "$(id -u)" = 0 ] || { say "root is needed to install $*: install it by hand, then run this again"; exit 1; }
	apt-get install -y -q --no-install-recommends "$@" >"$editors/apt.log" 2>&1 && return
	apt-get update -q >"$editors/apt.log" 2>&1 || true # a third party's list that is gone must not stop us
	apt-get install -y -q --no-install-recommends "$@" >>"$editors/apt.log" 2>&1 || {
		tail -n 20 "$editors/apt.log"
		say "$* cannot be installed: see above"
		exit 1
	}
}

vscode=$editors/node_modules/code-server/lib/vscode

install_code() {
	stamp=$(cksum <"$here/package-lock.json")
	[ "$(cat "$editors/code.stamp" 2>/dev/null)" = "$stamp" ] && return
	say "installing VS Code"
	command -v npm >/dev/null || packages nodejs npm
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$editors"
	(cd "$editors" && npm ci --loglevel=error) >"$editors/npm.log" 2>&1 || { cat "$editors/npm.log"; exit 1; }
	ln -sfn "$editors"/node_modules/node-linux-*/bin/node "$bin/node"
	# Its own lock pins everything below it. Nothing has to be compiled: what is native is optional.
	(cd "$vscode" && npm install --omit=dev --ignore-scripts --no-fund --no-audit --loglevel=error) >>"$editors/npm.log" 2>&1 ||
		{ cat "$editors/npm.log"; exit 1; }
	# Assistants that the tests do not open are half of its size.
	rm -rf "$vscode"/node_modules/@github/copilot* "$vscode"/node_modules/@openai "$vscode"/node_modules/@anthropic-ai
	echo "$stamp" >"$editors/code.stamp"
}

install_chromium() {
	browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
	if [ -z "$browser" ]; then
		say "installing Chromium"
		packages chromium fonts-dejavu-core fonts-noto-color-emoji
		browser=$(command -v chromium)
	fi
	ln -sfn "$browser" "$bin/chromium"
}

# new_enough NVIM: the plugin is for 0.11 and newer.
new_enough() { "$1" -u NONE -i NONE --headless +'if !has("nvim-0.11") | cquit | endif' +qall >/dev/null 2>&1; }

install_neovim() {
	[ -x "$bin/nvim" ] && new_enough "$bin/nvim" && return
	system=${NVIM:-$(command -v nvim || true)}
	if [ -n "$system" ] && new_enough "$system"; then
		ln -sfn "$system" "$bin/nvim"
		return
	fi
	say "installing Neovim"
	. /etc/os-release
	# The same source as the system's, a later suite, and lists, cache and status of its own: nothing of
	# the system is changed.
	source=$(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk -v suite="$VERSION_CODENAME" '$1 == suite { print $2; exit }')
	[ -n "$source" ] || { say "no package source of Debian $VERSION_CODENAME is configured: put an nvim >= 0.11 on PATH"; exit 1; }
	root=$editors/apt
	rm -rf "$root" "$editors/nvim"
	mkdir -p "$root/lists/partial" "$root/archives/partial" "$editors/nvim"
	: >"$root/status"
	keys=/usr/share/keyrings/debian-archive-keyring.gpg
	echo "deb [signed-by=$keys] $source forky main" >"$root/sources.list"
	for command in update "install -y --download-only --no-install-recommends neovim"; do
		# shellcheck disable=SC2086 # words of a command
		apt-get -q -o Dir::State="$root" -o Dir::State::lists="$root/lists" -o Dir::State::status="$root/status" \
			-o Dir::Cache="$root" -o Dir::Cache::archives="$root/archives" \
			-o Dir::Etc::sourcelist="$root/sources.list" -o Dir::Etc::sourceparts=- -o Dir::Etc::preferencesparts=- \
			-o Acquire::Languages=none -o APT::Sandbox::User=root -o APT::Get::List-Cleanup=0 \
			$command >"$root/log" 2>&1 || { cat "$root/log"; exit 1; }
	done
	for package in "$root"/archives/*.deb; do dpkg -x "$package" "$editors/nvim"; done
	rm -rf "$root"
	cat >"$bin/nvim" <<-'START'
		#!/bin/sh
		# Neovim of a later release, with the libraries of that release.
		prefix=$(cd "$(dirname "$(readlink -f "$0")")/../nvim" && pwd)
		export VIMRUNTIME="$prefix/usr/share/nvim/runtime"
		for lib in "$prefix"/usr/lib/*-linux-gnu; do :; done
		export LUA_PATH="$prefix/usr/share/lua/5.1/?.lua;$prefix/usr/share/lua/5.1/?/init.lua;;"
		export LUA_CPATH="$lib/lua/5.1/?.so;;"
		for loader in "$prefix"/usr/lib*/ld-linux-* "$lib"/ld-linux-*; do [ -e "$loader" ] && break; done
		exec "$loader" --library-path "$lib" "$prefix/usr/bin/nvim" --cmd "set runtimepath+=$prefix/usr/lib/nvim" "$@"
	START
	chmod +x "$bin/nvim"
	new_enough "$bin/nvim" || { say "the Neovim that was installed does not start: put an nvim >= 0.11 on PATH"; exit 1; }
}

install_code
cp "$here/spdlog.js" "$vscode/node_modules/@vscode/spdlog/index.js"
install_chromium
install_neovim
say "VS Code $(sed -n 's/^  "version": "\(.*\)",/\1/p' "$vscode/package.json" | head -1), $("$bin/chromium" --version 2>/dev/null | sed 's/ *$//'), $("$bin/nvim" --version | head -1)"
