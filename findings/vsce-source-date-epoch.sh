#!/usr/bin/env bash
# @vscode/vsce 3.9.2 says that with SOURCE_DATE_EPOCH it writes reproducible .vsix files. It hands the moment to yazl 2, which writes it
# as the local time of the machine, without its zone, and files' modes as the umask has made them: the same extension is another file
# in Tokyo, and with another umask. Who compares releases has to write the zip anew.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @vscode/vsce@3.9.2
pack() { # ZONE UMASK FILE
	rm -rf "extension" && mkdir extension
	(
		umask "$2"
		echo '{"name":"x","publisher":"p","version":"1.0.0","engines":{"vscode":"^1.90.0"},"files":["main.js"],"main":"main.js","activationEvents":["*"],"license":"MIT","repository":"https://example.com/x"}' >extension/package.json
		echo 'exports.activate = () => {};' >extension/main.js
		echo '# x' >extension/README.md
		echo MIT >extension/LICENSE
		cd extension
		TZ=$1 SOURCE_DATE_EPOCH=1700000000 ../node_modules/.bin/vsce package --no-dependencies --allow-star-activation --out "../$3" >/dev/null 2>&1
	)
}
pack UTC 022 a.vsix
pack UTC 022 b.vsix
pack Asia/Tokyo 022 c.vsix
pack UTC 077 d.vsix
same() { cmp -s a.vsix "$1" && echo same || echo other; }
said="again: $(same b.vsix), in Tokyo: $(same c.vsix), with another umask: $(same d.vsix)"
echo "$said"
[ "$said" = 'again: same, in Tokyo: other, with another umask: other' ]
