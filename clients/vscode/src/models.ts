// Models for the Chat view that are asked through the proxy: the vendor gets placeholders, the person real values.

import * as vscode from 'vscode';
import { type Format, partsOf, reasonOf } from './chat/format';
import { formatOf } from './chat/formats';
import { resultText } from './chat/results';
import { type Ask, type Call, type Message, schemaOf, tokensOf, tokensOfParts, turnsOf } from './chat/turns';
import type { Server } from './server';

/** An entry of the setting scrubjay.models. */
interface Entry {
	readonly provider: string;
	readonly model: string;
	readonly name?: string;
}

interface Model extends vscode.LanguageModelChatInformation {
	readonly entry: Entry;
}

/** Under which name the key of a provider is kept. */
const kept = (provider: string) => `scrubjay.key.${provider}`;

/** Vendors' usual limits: what is too long, they refuse themselves. */
const window = { maxInputTokens: 128_000, maxOutputTokens: 16_000 };

/** As many calls as no turn has: vendors want things back only in the turn that they belong to. */
const enough = 1000;

class Models implements vscode.LanguageModelChatProvider<Model> {
	private readonly changed = new vscode.EventEmitter<void>();
	readonly onDidChangeLanguageModelChatInformation = this.changed.event;
	/** What models want back with their calls, by a call's id: the editor does not keep it. No other model is given it. */
	private readonly kept = new Map<string, { readonly by: string; readonly kept: object }>();

	/** Those whose keys may be kept. */
	private readonly providers = new Set<string>();

	constructor(
		private readonly server: Server,
		private readonly secrets: vscode.SecretStorage,
	) {}

	refresh(): void {
		this.changed.fire();
	}

	/** Those of the setting, or the one that the person has added to the editor's own list of models. */
	provideLanguageModelChatInformation(asked: vscode.PrepareLanguageModelChatModelOptions & { configuration?: Entry }): Model[] {
		const entries = (asked.configuration === undefined ? configured() : [asked.configuration]).filter(
			(entry) => entry.provider !== '' && entry.model !== '',
		);
		for (const { provider } of entries) {
			this.providers.add(provider);
		}
		return entries.map((entry) => ({
			...window,
			entry,
			id: `${entry.provider}/${entry.model}`,
			name: entry.name ?? entry.model,
			family: entry.model,
			version: '1',
			detail: `${entry.provider}, via Scrubjay`,
			tooltip: 'What you write is scrubbed on this machine before it is sent',
			capabilities: { toolCalling: true },
		}));
	}

	async provideLanguageModelChatResponse(
		model: Model,
		messages: readonly vscode.LanguageModelChatRequestMessage[],
		options: vscode.ProvideLanguageModelChatResponseOptions,
		progress: vscode.Progress<vscode.LanguageModelResponsePart>,
		token: vscode.CancellationToken,
	): Promise<void> {
		const { provider } = model.entry;
		const { base, format: spoken } = await this.server.address(provider);
		const format = formatOf(spoken);
		const { path, body } = format.request(this.ask(model, messages, options));
		const credentials = await this.credentials(provider, format);
		const abort = new AbortController();
		const watch = token.onCancellationRequested(() => abort.abort());
		try {
			const response = await fetch(base + path, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', ...credentials },
				body: JSON.stringify(body),
				signal: abort.signal,
			});
			if (!response.ok || response.body === null) {
				throw new Error(await refusal(response));
			}
			for await (const part of partsOf(format, response.body)) {
				progress.report(part.kind === 'text' ? new vscode.LanguageModelTextPart(part.text) : this.call(part, model.id));
			}
		} catch (err) {
			throw token.isCancellationRequested ? new vscode.CancellationError() : plain(err);
		} finally {
			watch.dispose();
		}
	}

	async provideTokenCount(model: Model, text: string | vscode.LanguageModelChatRequestMessage): Promise<number> {
		return typeof text === 'string' ? tokensOf(text) : tokensOfParts(this.message(text, model.id).parts);
	}

	async forgetKeys(): Promise<void> {
		for (const provider of this.providers) {
			await this.secrets.delete(kept(provider));
		}
	}

	private ask(
		model: Model,
		messages: readonly vscode.LanguageModelChatRequestMessage[],
		{ tools = [], toolMode }: vscode.ProvideLanguageModelChatResponseOptions,
	): Ask {
		return {
			model: model.entry.model,
			...turnsOf(messages.map((message) => this.message(message, model.id))),
			tools: tools.map(({ name, description, inputSchema }) => ({ name, description, schema: schemaOf(inputSchema) })),
			must: toolMode === vscode.LanguageModelChatToolMode.Required,
			maxOutputTokens: model.maxOutputTokens,
		};
	}

	/** Parts of other kinds are notes between the editor and its own models, or were not offered: images. */
	private message({ role, content }: vscode.LanguageModelChatRequestMessage, to: string): Message {
		return {
			role,
			parts: content.flatMap((part): Message['parts'][number][] => {
				if (part instanceof vscode.LanguageModelTextPart) {
					return [{ kind: 'text', text: part.value }];
				}
				if (part instanceof vscode.LanguageModelToolCallPart) {
					const { callId: id, name, input } = part;
					const { by, kept } = this.kept.get(id) ?? {};
					return [{ kind: 'call', id, name, input, ...(kept !== undefined && by === to && { kept }) }];
				}
				if (part instanceof vscode.LanguageModelToolResultPart) {
					const failed = 'isError' in part && part.isError === true; // newer editors say it
					return [{ kind: 'result', id: part.callId, text: resultText(part.content), failed }];
				}
				return [];
			}),
		};
	}

	private call({ id, name, input, kept }: Call, by: string): vscode.LanguageModelToolCallPart {
		if (kept !== undefined) {
			this.kept.set(id, { by, kept });
			const [oldest] = this.kept.keys();
			if (oldest !== undefined && this.kept.size > enough) {
				this.kept.delete(oldest);
			}
		}
		return new vscode.LanguageModelToolCallPart(id, name, input);
	}

	private async credentials(provider: string, format: Format): Promise<Record<string, string>> {
		if (format.credentials === undefined) {
			return {};
		}
		let key = await this.secrets.get(kept(provider));
		if (key === undefined) {
			key = await vscode.window.showInputBox({
				title: `API key of ${provider}`,
				prompt: 'It is kept in the secret storage of VS Code',
				password: true,
				ignoreFocusOut: true,
			});
			if (key === undefined || key === '') {
				throw new Error(`${provider} wants an API key: ask again to enter it`);
			}
			await this.secrets.store(kept(provider), key);
		}
		return format.credentials(key);
	}
}

/** The Chat view shows a person all of an error, its stack too. */
function plain(err: unknown): unknown {
	if (err instanceof Error) {
		err.stack = `${err.name}: ${err.message}`;
	}
	return err;
}

/** Why there is no answer. */
async function refusal(response: Response): Promise<string> {
	const text = await response.text();
	let why: string | undefined;
	try {
		why = reasonOf(JSON.parse(text));
	} catch {
		// its status has to do
	}
	why ??= `the request was refused with ${response.status}`;
	return response.status === 401 ? `${why} (Scrubjay: Forget the API Keys of Models lets you enter another key)` : why;
}

function configured(): Entry[] {
	return vscode.workspace.getConfiguration('scrubjay').get<Entry[]>('models', []);
}

export function registerModels(server: Server, context: vscode.ExtensionContext): vscode.Disposable {
	const models = new Models(server, context.secrets);
	const registered = vscode.Disposable.from(
		vscode.lm.registerLanguageModelChatProvider('scrubjay', models),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration('scrubjay.models')) {
				models.refresh();
			}
		}),
		vscode.commands.registerCommand('scrubjay.forgetKeys', () => models.forgetKeys()),
	);
	models.refresh(); // else the Chat view knows of no model until somebody asks for the list
	return registered;
}
