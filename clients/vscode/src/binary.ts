// Finds the program that the extension starts, and says what to do when it cannot be started. Nothing here
// knows the editor.

import { execFile } from 'node:child_process';
import { access, constants, open, stat } from 'node:fs/promises';
import * as path from 'node:path';
import { promisify } from 'node:util';

/** A server of an older release lacks what this extension relies on. */
export const oldestVersion = '0.1.0';

const versionPatience = 10_000;

/** Where to look for the program. */
export interface Places {
	/** The setting scrubjay.server.path; empty means that it is not set. */
	readonly configured: string;
	/** The directory in which a .vsix for one platform brings it. */
	readonly bundled: string;
	/** The value of the environment variable PATH. */
	readonly searched: string;
}

/** The platform of a machine or a program, by Node's names: linux-x64. */
export type Platform = `${string}-${string}`;

export interface Binary {
	readonly path: string;
	readonly version: string;
}

/** A reason that the person can do something about. */
export class BinaryError extends Error {}

/** findBinary answers with a program that runs here and is new enough. */
export async function findBinary(places: Places, here: Platform): Promise<Binary> {
	const file = await locate(places, here.startsWith('win32') ? 'scrubjay.exe' : 'scrubjay');
	const built = await platformOf(file);
	if (built !== undefined && built !== here) {
		throw new BinaryError(
			`${file} is built for ${built} and this machine is ${here}: install the extension or the program for ${here}, or set scrubjay.server.path to one`,
		);
	}
	const version = await versionOf(file);
	if (isOlder(version, oldestVersion)) {
		throw new BinaryError(`${file} is version ${version} and this extension needs ${oldestVersion} or newer: update scrubjay`);
	}
	return { path: file, version };
}

async function locate({ configured, bundled, searched }: Places, name: string): Promise<string> {
	if (configured !== '') {
		if (!path.isAbsolute(configured)) {
			throw new BinaryError(`scrubjay.server.path is ${configured}: give the whole path of the program`);
		}
		switch (await whatIs(configured)) {
			case 'a program':
				return configured;
			case 'a file':
				throw new BinaryError(`scrubjay.server.path is ${configured}, which may not be run: ${permit(configured)}`);
			default:
				throw new BinaryError(`scrubjay.server.path is ${configured}, and no program is there: correct the setting, or clear it`);
		}
	}
	const directories = [bundled, ...searched.split(path.delimiter).filter(path.isAbsolute)];
	let file: string | undefined;
	for (const directory of directories) {
		const candidate = path.join(directory, name);
		const is = await whatIs(candidate);
		if (is === 'a program') {
			return candidate;
		}
		file ??= is === 'a file' ? candidate : undefined;
	}
	if (file !== undefined) {
		throw new BinaryError(`${file} may not be run: ${permit(file)}`);
	}
	throw new BinaryError(`${name} was not found: install it so that it is on PATH, or set scrubjay.server.path to where it is`);
}

function permit(file: string): string {
	return `chmod +x ${file} lets it, unless its file system runs nothing`;
}

async function whatIs(file: string): Promise<'a program' | 'a file' | 'nothing'> {
	try {
		if (!(await stat(file)).isFile()) {
			return 'nothing';
		}
	} catch {
		return 'nothing';
	}
	try {
		await access(file, constants.X_OK);
		return 'a program';
	} catch {
		return 'a file';
	}
}

/** platformOf reads what a program is built for from its first bytes; a script, for instance, does not say. */
export async function platformOf(file: string): Promise<Platform | undefined> {
	const handle = await open(file);
	try {
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(4096), 0, 4096, 0);
		return headerPlatform(buffer.subarray(0, bytesRead));
	} finally {
		await handle.close();
	}
}

function headerPlatform(head: Buffer): Platform | undefined {
	if (head.length < 64) {
		return undefined;
	}
	if (head.readUInt32BE(0) === 0x7f454c46) {
		return named('linux', head.readUInt16LE(18), [
			[0x3e, 'x64'],
			[0xb7, 'arm64'],
		]);
	}
	if (head.readUInt32LE(0) === 0xfeedfacf) {
		return named('darwin', head.readUInt32LE(4), [
			[0x01000007, 'x64'],
			[0x0100000c, 'arm64'],
		]);
	}
	const pe = head.readUInt32LE(60);
	if (head.toString('latin1', 0, 2) === 'MZ' && pe + 6 <= head.length) {
		return named('win32', head.readUInt16LE(pe + 4), [
			[0x8664, 'x64'],
			[0xaa64, 'arm64'],
		]);
	}
	return undefined;
}

function named(system: string, machine: number, known: readonly (readonly [number, string])[]): Platform {
	const processor = known.find(([code]) => code === machine)?.[1];
	return `${system}-${processor ?? `machine ${machine}`}`;
}

async function versionOf(file: string): Promise<string> {
	let output: string;
	try {
		output = (await promisify(execFile)(file, ['version'], { timeout: versionPatience })).stdout;
	} catch {
		throw new BinaryError(`${file} does not start: run ${file} version in a terminal to see why`);
	}
	const version = /^scrubjay (\S+)/.exec(output)?.[1];
	if (version === undefined) {
		throw new BinaryError(`${file} is not scrubjay: set scrubjay.server.path to the program`);
	}
	return version;
}

/** isOlder compares releases. A build between releases counts as new enough: whoever made it knows why. */
export function isOlder(version: string, than: string): boolean {
	const [a, b] = [release(version), release(than)];
	if (a === undefined || b === undefined) {
		return false;
	}
	const at = a.findIndex((n, i) => n !== b[i]);
	return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function release(version: string): number[] | undefined {
	const numbers = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version);
	return numbers?.slice(1).map(Number);
}
