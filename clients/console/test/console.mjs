// The daemon, a vendor beside it, and the console in a browser, as a person sees it. Nothing is waited for by time.

import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../../..');
const installed = createRequire(path.join(root, 'build/editors/package.json'));
const { chromium } = installed('playwright-core');

const { CHROMIUM, ORGANISATION, PUSH, SCREENS, SCRUBJAY_BIN, SCRUBJAY_CONFIG } = process.env;
const patience = 20_000;

/** What a person has to see before it goes: requests with a payment card's number. */
const rego = `package scrubjay.org

import rego.v1

obligation contains "review" if {
	some s in input.subjects
	s.class == "pci"
}
`;

export class Console {
	static async start() {
		const c = new Console();
		await c.vendor();
		mkdirSync(path.join(ORGANISATION, 'policy'), { recursive: true });
		writeFileSync(path.join(ORGANISATION, 'policy/review.rego'), rego);
		execFileSync(PUSH, ['scrub']);
		const config = readFileSync(SCRUBJAY_CONFIG, 'utf8');
		const ours = `providers:\n  openai: {url: "http://127.0.0.1:${c.server.address().port}"}\n`;
		writeFileSync(SCRUBJAY_CONFIG, config.replace('providers:\n', ours));
		await c.serve();
		c.browser = await chromium.launch({
			executablePath: CHROMIUM,
			args: '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(
				' ',
			),
		});
		return c;
	}

	/** A vendor that says what it was told. */
	async vendor() {
		this.asked = [];
		this.server = createServer(async (request, response) => {
			let body = '';
			for await (const part of request) {
				body += part;
			}
			this.asked.push(body);
			const { messages, stream } = JSON.parse(body);
			const content = `You said: ${messages.at(-1).content}`;
			const about = { id: 'c1', model: 'gpt-5' };
			if (!stream) {
				const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
				response
					.writeHead(200, { 'Content-Type': 'application/json' })
					.end(JSON.stringify({ ...about, object: 'chat.completion', choices }));
				return;
			}
			response.writeHead(200, { 'Content-Type': 'text/event-stream' });
			for (const piece of content.match(/.{1,3}/gs)) {
				const choices = [{ index: 0, delta: { content: piece }, finish_reason: null }];
				response.write(`data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices })}\n\n`);
			}
			response.end('data: [DONE]\n\n');
		});
		await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
	}

	async serve() {
		this.daemon = spawn(SCRUBJAY_BIN, ['serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
		for await (const text of this.daemon.stdout.setEncoding('utf8')) {
			if (text.includes('listens on')) {
				break;
			}
		}
		this.base = JSON.parse(execFileSync(SCRUBJAY_BIN, ['env', '--json'], { encoding: 'utf8' })).providers.openai.base_url;
	}

	/** The address that opens the page once. */
	address() {
		return execFileSync(SCRUBJAY_BIN, ['console', '--print'], { encoding: 'utf8' }).trim();
	}

	/** A window of its own, with what the browser holds against its pages. */
	async open(options = {}) {
		const context = await this.browser.newContext({ viewport: { width: 1200, height: 860 }, locale: 'en-US', ...options });
		const page = await context.newPage();
		page.setDefaultTimeout(patience);
		page.complaints = [];
		page.on('console', (message) => {
			if (message.type() === 'error' || message.type() === 'warning') {
				page.complaints.push(message.text());
			}
		});
		page.on('pageerror', (error) => page.complaints.push(String(error)));
		page.on('request', (request) => {
			if (new URL(request.url()).hostname !== '127.0.0.1') {
				page.complaints.push(`it asks ${request.url()}`);
			}
		});
		await page.goto(this.address());
		return page;
	}

	/** Sends what an assistant would, and answers with the status. */
	async chat(content, stream = false) {
		const answer = await fetch(`${this.base}/v1/chat/completions`, {
			method: 'POST',
			headers: { 'Content-Type': 'application/json', Authorization: 'Bearer made-up', 'User-Agent': 'claude-cli/2.1.0 (external, cli)' },
			body: JSON.stringify({ model: 'gpt-5', stream, messages: [{ role: 'user', content }] }),
		});
		await answer.text();
		return answer.status;
	}

	async stop() {
		await this.browser?.close();
		this.server?.close();
		this.server?.closeAllConnections();
		if (this.daemon && this.daemon.exitCode === null) {
			const gone = new Promise((resolve) => this.daemon.once('exit', resolve));
			this.daemon.kill();
			await gone;
		}
	}
}

export async function shoot(page, name) {
	await page.screenshot({ animations: 'disabled', fullPage: true, path: path.join(SCREENS, `console-${name}.png`) });
}

/** Runs beside the page. */
async function judge() {
	const { passes, violations } = await globalThis.axe.run();
	return { looked: passes.length, violations: violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => n.html).join(' ')}`) };
}

/** What axe-core finds wrong with a page. It is put in beside the page's own scripts, whose policy lets no other in. */
export async function axe(page) {
	const session = await page.context().newCDPSession(page);
	const { source } = installed('axe-core');
	const { frameTree } = await session.send('Page.getFrameTree');
	const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
	const run = async (expression) => {
		const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
			expression,
			contextId: executionContextId,
			awaitPromise: true,
			returnByValue: true,
		});
		if (exceptionDetails) {
			throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
		}
		return result.value;
	};
	await run(source);
	const found = await run(`(${judge})()`);
	await session.detach();
	return found;
}
