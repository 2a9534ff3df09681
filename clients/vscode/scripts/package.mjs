// Makes the .vsix files: one for every platform whose program is in the repository's bin directory, and one
// for all platforms that brings none. bin/scrubjay is this machine's; bin/<platform>/scrubjay another's.
// A release names another version and directories of its own: --version, --programs, --out.

import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const bundled = path.join(here, 'bin');
const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64', 'win32-arm64'];
const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
const { version, programs, out } = parseArgs({
	options: {
		version: { type: 'string', default: manifest.version },
		programs: { type: 'string', default: path.join(root, 'bin') },
		out: { type: 'string', default: path.join(root, 'build/vsix') },
	},
}).values;

function programFor(platform) {
	const name = platform.startsWith('win32') ? 'scrubjay.exe' : 'scrubjay';
	const places = [path.join(programs, platform, name)];
	if (platform === `${process.platform}-${process.arch}`) {
		places.push(path.join(programs, name));
	}
	return places.find((file) => existsSync(file));
}

async function pack(target, program) {
	rmSync(bundled, { recursive: true, force: true });
	if (program !== undefined) {
		const copy = path.join(bundled, path.basename(program));
		mkdirSync(bundled);
		copyFileSync(program, copy);
		chmodSync(copy, 0o755);
	}
	const packagePath = path.join(out, `scrubjay-${target ?? 'universal'}-${version}.vsix`);
	await createVSIX({
		cwd: here,
		packagePath,
		dependencies: false,
		version,
		updatePackageJson: false,
		...(target === undefined ? {} : { target }),
	});
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
try {
	for (const platform of platforms) {
		const program = programFor(platform);
		if (program !== undefined) {
			await pack(platform, program);
		}
	}
	await pack(undefined, undefined);
} finally {
	rmSync(bundled, { recursive: true, force: true });
}
