// How the program is found, and what is said when it cannot be.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { BinaryError, findBinary, isOlder, type Platform, platformOf } from '../src/binary';

const directory = mkdtempSync(path.join(tmpdir(), 'binary-'));
after(() => rmSync(directory, { recursive: true }));
const here: Platform = `${process.platform}-${process.arch}`;

/** A program in a directory of its own; a script, which runs on every platform of these tests. */
function program(name: string, content: string | Buffer): string {
	const at = path.join(directory, name);
	mkdirSync(at);
	const file = path.join(at, 'scrubjay');
	writeFileSync(file, content);
	chmodSync(file, 0o755);
	return file;
}

const good = program('good', '#!/bin/sh\necho "scrubjay v1.2.3"\n');
const other = program('other', '#!/bin/sh\necho "scrubjay (devel)"\n');
const nowhere = path.join(directory, 'nowhere');

function header(bytes: readonly (readonly [number, number, number])[]): Buffer {
	const head = Buffer.alloc(256);
	for (const [at, size, value] of bytes) {
		head.writeUIntLE(value, at, size);
	}
	return head;
}

test('the setting is first, then what the extension brings, then PATH', async () => {
	const [bundled, searched] = [path.dirname(other), `${nowhere}${path.delimiter}${path.dirname(good)}`];
	assert.deepEqual(await findBinary({ configured: good, bundled, searched: '' }, here), { path: good, version: 'v1.2.3' });
	assert.deepEqual(await findBinary({ configured: '', bundled, searched }, here), { path: other, version: '(devel)' });
	assert.equal((await findBinary({ configured: '', bundled: nowhere, searched }, here)).path, good);
});

test('what cannot be started says what to do', async () => {
	const elsewhere: Platform = here === 'linux-arm64' ? 'linux-x64' : 'linux-arm64';
	const machine = elsewhere === 'linux-arm64' ? 0xb7 : 0x3e;
	const foreign = program(
		'foreign',
		header([
			[0, 4, 0x464c457f],
			[18, 2, machine],
		]),
	);
	const old = program('old', '#!/bin/sh\necho "scrubjay v0.0.9"\n');
	const stranger = program('stranger', '#!/bin/sh\necho hello\n');
	const barred = program('barred', '#!/bin/sh\necho "scrubjay v1.2.3"\n');
	chmodSync(barred, 0o644);
	await assert.rejects(
		findBinary({ configured: '', bundled: nowhere, searched: path.dirname(barred) }, here),
		new RegExp(`^BinaryError: ${barred} may not be run|^Error: ${barred} may not be run`),
	);
	const broken = program('broken', '#!/bin/sh\nexit 3\n');
	const cases: readonly [configured: string, says: RegExp][] = [
		['', /scrubjay was not found: install it so that it is on PATH, or set scrubjay\.server\.path/],
		['scrubjay', /give the whole path/],
		[barred, new RegExp(`${barred}, which may not be run: chmod \\+x ${barred}`)],
		[directory, /no program is there/],
		[nowhere, /no program is there: correct the setting, or clear it/],
		[foreign, new RegExp(`built for ${elsewhere} and this machine is ${here}: install`)],
		[old, /is version v0\.0\.9 and this extension needs 0\.1\.0 or newer: update scrubjay/],
		[stranger, /is not scrubjay/],
		[broken, /does not start: run .* version in a terminal/],
	];
	for (const [configured, says] of cases) {
		await assert.rejects(findBinary({ configured, bundled: nowhere, searched: '' }, here), (err) => {
			assert.ok(err instanceof BinaryError);
			assert.match(err.message, says);
			return true;
		});
	}
});

test('a program says in its first bytes what it is built for', async () => {
	const cases: readonly [name: string, head: Buffer, want: Platform | undefined][] = [
		[
			'elf-x64',
			header([
				[0, 4, 0x464c457f],
				[18, 2, 0x3e],
			]),
			'linux-x64',
		],
		[
			'elf-arm64',
			header([
				[0, 4, 0x464c457f],
				[18, 2, 0xb7],
			]),
			'linux-arm64',
		],
		[
			'elf-riscv',
			header([
				[0, 4, 0x464c457f],
				[18, 2, 0xf3],
			]),
			'linux-machine 243',
		],
		[
			'macho-x64',
			header([
				[0, 4, 0xfeedfacf],
				[4, 4, 0x01000007],
			]),
			'darwin-x64',
		],
		[
			'macho-arm64',
			header([
				[0, 4, 0xfeedfacf],
				[4, 4, 0x0100000c],
			]),
			'darwin-arm64',
		],
		[
			'pe-x64',
			header([
				[0, 2, 0x5a4d],
				[60, 4, 128],
				[132, 2, 0x8664],
			]),
			'win32-x64',
		],
		[
			'pe-arm64',
			header([
				[0, 2, 0x5a4d],
				[60, 4, 128],
				[132, 2, 0xaa64],
			]),
			'win32-arm64',
		],
		[
			'pe-cut',
			header([
				[0, 2, 0x5a4d],
				[60, 4, 4000],
			]),
			undefined,
		],
		['script', Buffer.from(`#!/bin/sh\n${'# \n'.repeat(50)}`), undefined],
		['empty', Buffer.alloc(0), undefined],
	];
	for (const [name, head, want] of cases) {
		assert.equal(await platformOf(program(name, head)), want, name);
	}
	assert.equal(await platformOf(process.execPath), here);
});

test('releases are compared by number, and what is no release counts as new', () => {
	const cases: readonly [string, string, boolean][] = [
		['0.1.0', '0.1.0', false],
		['v0.0.9', '0.1.0', true],
		['0.9.0', '0.10.0', true],
		['1.0.0', '0.10.0', false],
		['(devel)', '0.1.0', false],
		['v0.0.0-20260101000000-abcdef', '0.1.0', false],
	];
	for (const [version, than, want] of cases) {
		assert.equal(isOlder(version, than), want, `${version} < ${than}`);
	}
});
