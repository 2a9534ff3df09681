// VS Code in a browser, as a person sees it: its real server and workbench, the extension installed from its
// .vsix, keys pressed and words read. Nothing is waited for by time.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../../..');
const editors = path.join(root, 'build/editors');
const { chromium } = createRequire(path.join(editors, 'package.json'))('playwright-core');
const { createVSIX } = createRequire(path.join(root, 'clients/vscode/package.json'))('@vscode/vsce');

const { CHROMIUM, FOLDER, HOME, NODE, SCREENS, SCRUBJAY_BIN } = process.env;
const patience = 40_000;
/** Where the extension of the tests is asked: probe/probe.js. */
const probe = path.join(HOME, 'probe');

const program = path.join(editors, 'node_modules/code-server/lib/vscode/out/server-main.js');
const data = path.join(HOME, 'code');
const own = ['--server-data-dir', data, '--extensions-dir', path.join(HOME, 'extensions'), '--accept-server-license-terms'];

const settings = {
	'extensions.autoCheckUpdates': false,
	'extensions.ignoreRecommendations': true,
	'chat.disableAIFeatures': true,
	'files.autoSave': 'off',
	'files.hotExit': 'off',
	'git.enabled': false,
	'remote.autoForwardPorts': false, // where a machine has many, a notification of it covers the Chat view
	'telemetry.telemetryLevel': 'off',
	'workbench.localHistory.enabled': false, // it keeps copies of files, with what they hold
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
};

export class Code {
	/** Starts the editor with a folder, trusted or not. */
	static async start({ folder = FOLDER, trusted = true, settings: more = {} } = {}) {
		mkdirSync(path.join(data, 'data/Machine'), { recursive: true });
		const code = new Code();
		code.folder = folder;
		code.more = more;
		code.configure({});
		mkdirSync(probe, { recursive: true });
		const probed = path.join(HOME, 'probe.vsix');
		await createVSIX({
			cwd: path.join(import.meta.dirname, 'probe'),
			packagePath: probed,
			dependencies: false,
			allowMissingRepository: true,
			skipLicense: true,
			quiet: true,
		});
		for (const extension of [vsix(), probed]) {
			const installed = spawnSync(NODE, [program, ...own, '--install-extension', extension, '--force'], { encoding: 'utf8' });
			if (installed.status !== 0) {
				throw new Error(`the extension cannot be installed: ${installed.stdout}${installed.stderr}`);
			}
		}
		const args = ['--host', '127.0.0.1', '--port', '0', '--without-connection-token', '--telemetry-level', 'off'];
		if (trusted) {
			args.push('--disable-workspace-trust');
		}
		code.server = spawn(NODE, [program, ...own, ...args], { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, PROBE: probe } });
		const port = await listening(code.server);
		code.browser = await chromium.launch({
			executablePath: CHROMIUM,
			args: '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
				' ',
			),
		});
		const context = await code.browser.newContext({
			viewport: { width: 1200, height: 760 },
			locale: 'en-US',
			permissions: ['clipboard-read', 'clipboard-write'],
		});
		code.page = await context.newPage();
		code.page.setDefaultTimeout(patience);
		const payload = JSON.stringify([['skipWelcome', 'true']]);
		await code.page.goto(`http://127.0.0.1:${port}/?folder=${folder}&payload=${encodeURIComponent(payload)}`);
		await code.page.waitForSelector('.monaco-workbench .statusbar-item');
		return code;
	}

	async stop() {
		await this.browser?.close();
		if (this.server && this.server.exitCode === null) {
			const gone = new Promise((resolve) => this.server.once('exit', resolve));
			this.server.kill();
			await gone;
		}
	}

	/** Settings of the machine, over those that keep the tests quiet. */
	configure(more) {
		const server = vsix().includes('universal') ? { 'scrubjay.server.path': SCRUBJAY_BIN } : {};
		const text = JSON.stringify({ ...settings, ...server, ...this.more, ...more });
		writeFileSync(path.join(data, 'data/Machine/settings.json'), text);
	}

	/** Adds models to the editor's own list, behind those that are there, and loads the editor anew: it does not watch the list. */
	async addModels(models) {
		const file = path.join(data, 'data/User/chatLanguageModels.json');
		writeFileSync(file, JSON.stringify([...JSON.parse(readFileSync(file, 'utf8')), ...models]));
		await this.page.reload();
		await this.page.waitForSelector('.monaco-workbench .statusbar-item');
	}

	/** Opens a new file with exactly these bytes. */
	async open(name, text) {
		writeFileSync(path.join(this.folder, name), text);
		await this.command('File: Close All Editors', 'View: Close All Editors');
		await this.picks('Control+P', path.join(this.folder, name), '.quick-input-list .monaco-list-row', name);
		await this.page.keyboard.press('Enter');
		await this.page.locator(`.tab.active[aria-label*="${name}"]`).waitFor();
		await this.page.locator('.editor-instance .view-line').first().waitFor();
	}

	/** Runs a command of the palette by its title. */
	async command(title, shown = title) {
		await this.picks('F1', `>${shown}`, '.quick-input-list .monaco-list-row.focused', shown);
		await this.page.keyboard.press('Enter');
		// The box closes, or the command has put another one in its place.
		await this.page.waitForFunction((text) => {
			const box = document.querySelector('.quick-input-widget');
			return box === null || box.checkVisibility() === false || box.querySelector('input')?.value !== text;
		}, `>${shown}`);
	}

	/**
	 * Opens a box by its key, and types a text until a row says a word. The box closes by itself when the window
	 * loses the focus or the theme comes late, so it is opened until the row stands.
	 */
	async picks(key, text, rows, word) {
		const soon = { timeout: 3000 };
		await this.eventually(`a row that says ${word}`, async () => {
			await this.page.keyboard.press(key);
			try {
				await this.page.locator('.quick-input-widget input').first().fill(text, soon);
				await this.page.locator(rows, { hasText: word }).first().waitFor(soon);
				return true;
			} catch {
				await this.page.keyboard.press('Escape');
				return false;
			}
		});
	}

	/** Places the cursor; both count from 1, columns in UTF-16. */
	async cursor(line, column) {
		await this.picks('Control+G', `:${line}:${column}`, '.quick-input-list .monaco-list-row', '');
		await this.page.keyboard.press('Enter');
		await this.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
		await this.page.locator('.editor-instance .monaco-editor.focused').waitFor();
	}

	/** Clears the notifications, and waits until none is seen: they fade. */
	async clear() {
		await this.command('Notifications: Clear All Notifications');
		await this.eventually('no notification', async () => (await this.page.locator('.notification-toast').count()) === 0);
	}

	/** Waits until a text stands in the editor in front. */
	async shows(text) {
		await this.page.locator('.editor-instance .view-line', { hasText: text }).first().waitFor();
	}

	/** Pastes a text as a person would. */
	async paste(text) {
		await this.page.evaluate((value) => navigator.clipboard.writeText(value), text);
		await this.page.keyboard.press('Control+V');
	}

	/** Presses Ctrl+. and picks an action of the menu. */
	async act(title, screen) {
		const action = this.page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
		const soon = { timeout: 2000 };
		// The menu closes by itself when the findings change under it, so it is opened until it stays.
		await this.eventually(`the action ${title}`, async () => {
			await this.page.keyboard.press('Control+.');
			try {
				await action.waitFor(soon);
				if (screen) {
					await this.shoot(screen);
				}
				await action.click(soon);
				return true;
			} catch {
				return false;
			}
		});
		await action.waitFor({ state: 'detached' });
	}

	/** Saves the file in front, and answers with its bytes. */
	async saved(name) {
		await this.page.keyboard.press('Control+S');
		await this.page.locator('.tab.active:not(.dirty)').waitFor();
		return readFileSync(path.join(this.folder, name), 'utf8');
	}

	/** Waits until so many places of the file in front are underlined. */
	async squiggles(count) {
		const all = this.page.locator('.squiggly-error, .squiggly-warning, .squiggly-info, .squiggly-hint');
		await this.eventually(`${count} squiggles`, async () => (await all.count()) === count);
	}

	/**
	 * Waits for a line of the Problems view that holds a word, and is shown as an error, warning or info: for what
	 * changes by itself, such as a verdict when the policy is replaced.
	 */
	async problem(word, severity) {
		if (!(await this.page.locator('.markers-panel').isVisible())) {
			await this.command('Problems: Focus on Problems View');
		}
		const row = this.page.locator('.markers-panel .monaco-list-row', { hasText: word }).filter({
			has: this.page.locator(`.codicon-${severity}, .codicon-marker-severity-${severity}`),
		});
		await row.first().waitFor();
		return row.first().innerText();
	}

	/** Begins to ask something as an assistant's extension would, and answers with how to wait for what comes of it. */
	async asks(ask, more = {}) {
		const file = path.join(probe, 'answer.json');
		rmSync(file, { force: true });
		writeFileSync(path.join(probe, 'question.json'), JSON.stringify({ ask, ...more }));
		await this.command('Probe: Run');
		return async () => {
			await this.eventually(`the answer to ${ask}`, async () => existsSync(file));
			return JSON.parse(readFileSync(file, 'utf8'));
		};
	}

	/** Asks something as an assistant's extension would, and waits for the answer. */
	async asked(ask, more = {}) {
		return (await this.asks(ask, more))();
	}

	/** What the item of the status bar says to a screen reader. */
	async status() {
		return (await this.page.locator('.statusbar-item[id="scrubjay-dev.scrubjay.scrubjay.status"]').getAttribute('aria-label')) ?? '';
	}

	/** Waits until the status bar says a word. */
	async statusSays(word) {
		return this.eventually(`the status bar says ${word}`, async () => {
			const said = await this.status();
			return said.includes(word) && said;
		});
	}

	/** What the output of the extension says: all of it, as the view has only those lines that fit. */
	async output() {
		await this.command('Scrubjay: Show Output');
		await this.page.locator('.output-view .view-line', { hasText: '[' }).first().waitFor();
		const logs = readdirSync(data, { recursive: true }).filter((file) => path.basename(file) === 'Scrubjay.log');
		const newest = logs.sort().at(-1); // each start has a folder of its own, named by when
		return readFileSync(path.join(data, newest), 'utf8');
	}

	async eventually(what, condition) {
		const until = Date.now() + patience;
		while (Date.now() < until) {
			const value = await condition();
			if (value) {
				return value;
			}
			await this.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve))); // the next picture
		}
		throw new Error(`waited in vain: ${what}`);
	}

	async shoot(name) {
		await this.page.screenshot({ animations: 'disabled', path: path.join(SCREENS, `vscode-${name}.png`) });
	}
}

/** The package for this machine, which brings the program; or the universal one, and the program to test beside it. */
function vsix() {
	const built = readdirSync(path.join(root, 'build/vsix'));
	const wanted = process.env.SCRUBJAY_BIN === path.join(root, 'bin/scrubjay') ? `${process.platform}-${process.arch}` : 'universal';
	const name = built.find((n) => n.includes(wanted)) ?? built.find((n) => n.includes('universal'));
	return path.join(root, 'build/vsix', name);
}

function listening(server) {
	return new Promise((resolve, reject) => {
		let said = '';
		server.once('exit', () => reject(new Error(`the editor does not start: ${said}`)));
		server.stdout.on('data', (part) => {
			said += part;
			const port = /listening on (\d+)/.exec(said)?.[1];
			if (port !== undefined) {
				resolve(port);
			}
		});
	});
}
