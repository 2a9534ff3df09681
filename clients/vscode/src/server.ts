// The language server's lifetime: it is started, stopped and started again, one after the other.

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { type Executable, LanguageClient, RevealOutputChannelOn, State } from 'vscode-languageclient/node';
import { offers, take } from './answers';
import { findBinary } from './binary';
import type { Checked } from './check';
import { type Paused, type Status, statusMethod } from './protocol';
import type { StatusItems } from './statusItems';
import type { Trace } from './trace';

/** The files that are judged. Output and settings views, for instance, are none. */
export const selector = [
	{ scheme: 'file' },
	{ scheme: 'untitled' },
	{ scheme: 'vscode-vfs' },
	{ scheme: 'vscode-notebook-cell' },
	{ scheme: 'vscode-userdata' }, // the person's own settings
	{ scheme: 'vscode-scm' }, // the box of a commit's message
];

/** A client that leaves it to us to say why it did not start: the library would show a stack trace for each pipe that broke. */
class QuietClient extends LanguageClient {
	starting = true;

	override error(message: string, data?: unknown, show?: boolean | 'force'): void {
		super.error(message, data, this.starting ? false : show);
	}
}

export class Server {
	private client: LanguageClient | undefined;
	private binary: string | undefined;
	/** What belongs to the present client and ends with it. */
	private ofClient: vscode.Disposable[] = [];
	private queue: Promise<void> = Promise.resolve();
	private readonly started = new vscode.EventEmitter<void>();
	/** Fires whenever the server runs. */
	readonly onDidStart = this.started.event;

	constructor(
		private readonly extension: vscode.ExtensionContext,
		private readonly output: vscode.LogOutputChannel,
		private readonly trace: Trace,
		private readonly items: StatusItems,
	) {}

	/** Starts the server, or stops it first if it runs. The reason goes to the log. */
	restart(reason: string): Promise<void> {
		return this.inTurn(async () => {
			await this.end();
			this.output.info(`start: ${reason}`);
			await this.begin();
		});
	}

	stop(): Promise<void> {
		return this.inTurn(() => this.end());
	}

	get running(): boolean {
		return this.client?.state === State.Running;
	}

	/** The program and version that run, for people. */
	get description(): string {
		const info = this.client?.initializeResult?.serverInfo;
		return info === undefined ? 'no server is running' : `${info.name} ${info.version ?? ''}`.trim();
	}

	/** The program that runs, for commands of the person's. */
	get program(): string {
		if (this.binary === undefined) {
			throw new Error('the program is not there: see Scrubjay: Show Output');
		}
		return this.binary;
	}

	/** A text with placeholders in the place of its values; undefined if there is nothing to redact in it. */
	async redactText(document: vscode.TextDocument, text: string, token: vscode.CancellationToken): Promise<string | undefined> {
		if (!this.running || this.client === undefined) {
			return undefined;
		}
		const argument = { uri: this.client.code2ProtocolConverter.asUri(document.uri), text };
		const answer = await this.client.sendRequest<{ clipboard?: string } | null>(
			'workspace/executeCommand',
			{ command: 'scrubjay.redactText', arguments: [argument] },
			token,
		);
		return answer?.clipboard;
	}

	/** What is sensitive in a text, and the text with placeholders if that is asked for. */
	check(
		{ uri, language, text, redact }: { uri: vscode.Uri; language: string; text: string; redact: boolean },
		token: vscode.CancellationToken,
	): Promise<Checked> {
		const client = this.present();
		return client.sendRequest<Checked>('scrubjay/check', { uri: client.code2ProtocolConverter.asUri(uri), language, text, redact }, token);
	}

	/** Has requests go out unscrubbed for a while. Whoever calls it has asked the person. */
	pause(): Promise<Paused> {
		return this.present().sendRequest<Paused>('scrubjay/pause', {});
	}

	/** Ends a pause; false if there was none. */
	async resume(): Promise<boolean> {
		return (await this.present().sendRequest<{ was_paused: boolean }>('scrubjay/resume', {})).was_paused;
	}

	private present(): LanguageClient {
		if (!this.running || this.client === undefined) {
			throw new Error('Scrubjay is not running: see Scrubjay: Show Output');
		}
		return this.client;
	}

	/** Where a provider is asked through the proxy, and in which format. */
	async address(provider: string): Promise<{ base: string; format: string }> {
		const { stdout } = await promisify(execFile)(this.program, ['env', '--json']);
		const { providers } = JSON.parse(stdout) as { providers: Record<string, { base_url: string; format?: string }> };
		const found = providers[provider];
		if (found === undefined) {
			throw new Error(`no provider is called ${provider}: it is one of ${Object.keys(providers).join(', ')}`);
		}
		return { base: found.base_url, format: found.format ?? provider }; // an older program does not say which
	}

	private inTurn(work: () => Promise<void>): Promise<void> {
		const done = this.queue.then(work);
		this.queue = done.catch(() => {}); // whoever asked is told; the next one begins anew
		return done;
	}

	private async begin(): Promise<void> {
		this.items.setServer({ kind: 'starting' });
		try {
			const binary = await findBinary(
				{
					configured: vscode.workspace.getConfiguration('scrubjay').get<string>('server.path', '').trim(),
					bundled: path.join(this.extension.extensionPath, 'bin'),
					searched: process.env['PATH'] ?? '',
				},
				`${process.platform}-${process.arch}`,
			);
			this.output.info(`${binary.path} is version ${binary.version}`);
			this.binary = binary.path;
			await this.connect({ command: binary.path, args: ['lsp'] });
		} catch (err) {
			await this.end();
			this.items.setServer({ kind: 'failed', reason: err instanceof Error ? err.message : String(err) });
			throw err;
		}
	}

	private async connect(run: Executable): Promise<void> {
		// The id is not "scrubjay": the library would take scrubjay.trace.server for its own, and that has
		// a value which traces the text of files.
		const client = new QuietClient('scrubjay-client', 'Scrubjay', run, {
			documentSelector: selector,
			initializationOptions: { ...settings(), status: true, offers },
			outputChannel: this.output,
			traceOutputChannel: this.trace.channel,
			revealOutputChannelOn: RevealOutputChannelOn.Never,
			initializationFailedHandler: () => false,
			diagnosticPullOptions: { onChange: true, onSave: false },
			middleware: {
				executeCommand: async (command, args, next) => {
					const answer: unknown = await next(command, args);
					take(answer, args);
					return answer;
				},
				workspace: {
					// Our section holds settings of the extension too, which are not the server's.
					configuration: async (params, token, next) => {
						const answers = await next(params, token);
						return Array.isArray(answers)
							? answers.map((answer: unknown, i) => (params.items[i]?.section === 'scrubjay' ? settings() : answer))
							: answers;
					},
				},
			},
		});
		this.client = client;
		this.ofClient = [
			client,
			// The server asks for the settings anew, and whether the folder is trusted is one of them.
			vscode.workspace.onDidGrantWorkspaceTrust(() => client.sendNotification('workspace/didChangeConfiguration', { settings: null })),
			client.onNotification(statusMethod, (status: Status) => this.items.setStatus(status)),
			client.onDidChangeState(({ newState }) => this.show(client, newState)),
		];
		await client.start();
		client.starting = false;
		this.started.fire();
	}

	private show(client: LanguageClient, state: State): void {
		switch (state) {
			case State.Running:
				this.items.setServer({ kind: 'running', version: client.initializeResult?.serverInfo?.version ?? '' });
				break;
			case State.Stopped:
				this.items.setServer({ kind: 'stopped' });
				break;
			default:
				this.items.setServer({ kind: 'starting' });
		}
	}

	private async end(): Promise<void> {
		const client = this.client;
		this.client = undefined;
		try {
			if (client?.needsStop()) {
				await client.stop();
			}
		} catch (err) {
			this.output.warn(`the server did not stop in order: ${err instanceof Error ? err.message : String(err)}`);
		} finally {
			for (const disposable of this.ofClient.splice(0)) {
				disposable.dispose();
			}
		}
	}
}

/** What the server is told of the editor's settings. */
function settings(): object {
	const ours = vscode.workspace.getConfiguration('scrubjay');
	return {
		rules: { disable: ours.get<string[]>('rules.disable', []) },
		allow: ours.get<object[]>('allow', []),
		destinations: ours.get<string[]>('destinations', []),
		redactOnSave: ours.get<boolean>('redactOnSave', false),
		trusted: vscode.workspace.isTrusted,
	};
}
