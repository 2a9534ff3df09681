// Starts the program that npm has installed for this platform, and ends as it ends.

const { spawn } = require('node:child_process');
const { constants } = require('node:os');
const path = require('node:path');

const install = 'https://github.com/scrubjay-dev/scrubjay/blob/main/docs/install.md';

/** Where the program is, or undefined: each platform has a package of its own, of which npm installs the fitting one. */
function find(name) {
	const file = process.platform === 'win32' ? `${name}.exe` : name;
	try {
		const manifest = require.resolve(`@scrubjay/${process.platform}-${process.arch}/package.json`);
		return path.join(path.dirname(manifest), 'bin', file);
	} catch {
		return undefined;
	}
}

function whyNot(name) {
	const here = `${process.platform}-${process.arch}`;
	const { optionalDependencies } = require('./package.json');
	if (optionalDependencies[`@scrubjay/${here}`] === undefined) {
		return `${name}: there is no program for ${here}. What to do on other systems: ${install}`;
	}
	return `${name}: the package @scrubjay/${here}, which holds the program, is not installed. Install again without --omit=optional (or --no-optional), on the machine that it is to run on: npm install scrubjay`;
}

module.exports = (name) => {
	const program = find(name);
	if (program === undefined) {
		console.error(whyNot(name));
		process.exit(1);
	}
	let child;
	// A terminal sends Ctrl-C to the program as well as to this: passed on, it would arrive twice.
	const terminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGBREAK']) {
		const typed = signal === 'SIGINT' || signal === 'SIGQUIT' || signal === 'SIGBREAK' || signal === 'SIGWINCH';
		try {
			process.on(signal, () => {
				if (!(typed && terminal)) {
					child.kill(signal);
				}
			});
		} catch {
			// This system has no such signal.
		}
	}
	// Only now, because as soon as it runs a signal may come that is for it.
	child = spawn(program, process.argv.slice(2), { stdio: 'inherit' });
	child.on('error', (err) => {
		console.error(`${name}: ${program} cannot be started: ${err.message}. Install it again: npm install scrubjay`);
		process.exit(1);
	});
	child.on('exit', (code, signal) => {
		if (signal === null) {
			process.exit(code);
		}
		process.removeAllListeners(signal);
		process.kill(process.pid, signal);
		// Where a signal does not end this process, its number does, as a shell says it.
		process.exitCode = 128 + (constants.signals[signal] ?? 0);
	});
};
