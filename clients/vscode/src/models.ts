// Models for the Chat view that are asked through the proxy: the vendor gets placeholders, the person real values.

import * as vscode from 'vscode';
import { type ChatFormat, deltaOf, formatOf, requestFor, turnsOf } from './chat';
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

/** Vendors' usual limits: what is too long, they refuse themselves. */
const window = { maxInputTokens: 128_000, maxOutputTokens: 16_000 };

class Models implements vscode.LanguageModelChatProvider<Model> {
	private readonly changed = new vscode.EventEmitter<void>();
	readonly onDidChangeLanguageModelChatInformation = this.changed.event;

	constructor(
		private readonly server: Server,
		private readonly secrets: vscode.SecretStorage,
	) {}

	refresh(): void {
		this.changed.fire();
	}

	provideLanguageModelChatInformation(): Model[] {
		const entries = vscode.workspace.getConfiguration('scrubjay').get<Entry[]>('models', []);
		return entries
			.filter((entry) => entry.provider !== '' && entry.model !== '')
			.map((entry) => ({
				...window,
				entry,
				id: `${entry.provider}/${entry.model}`,
				name: entry.name ?? entry.model,
				family: entry.model,
				version: '1',
				detail: `${entry.provider}, via Scrubjay`,
				tooltip: 'What you write is scrubbed on this machine before it is sent',
				capabilities: {},
			}));
	}

	async provideLanguageModelChatResponse(
		model: Model,
		messages: readonly vscode.LanguageModelChatRequestMessage[],
		_options: vscode.ProvideLanguageModelChatResponseOptions,
		progress: vscode.Progress<vscode.LanguageModelResponsePart>,
		token: vscode.CancellationToken,
	): Promise<void> {
		const { provider, model: name } = model.entry;
		const { base, format: spoken } = await this.server.address(provider);
		const format = formatOf(spoken);
		const abort = new AbortController();
		const watch = token.onCancellationRequested(() => abort.abort());
		try {
			const { path, body } = requestFor(format, name, turnsOf(messages.map((m) => ({ role: m.role, text: textOf(m) }))));
			const response = await fetch(base + path, {
				method: 'POST',
				headers: { 'Content-Type': 'application/json', ...(await this.credentials(provider, format)) },
				body: JSON.stringify(body),
				signal: abort.signal,
			});
			if (!response.ok || response.body === null) {
				throw new Error(await refusal(response));
			}
			await relay(response.body, format, (text) => progress.report(new vscode.LanguageModelTextPart(text)));
		} finally {
			watch.dispose();
		}
	}

	/** About four letters a token, as vendors count English and code. */
	async provideTokenCount(_model: Model, text: string | vscode.LanguageModelChatRequestMessage): Promise<number> {
		return Math.ceil((typeof text === 'string' ? text : textOf(text)).length / 4);
	}

	private async credentials(provider: string, format: ChatFormat): Promise<Record<string, string>> {
		if (format === 'ollama') {
			return {};
		}
		const kept = `scrubjay.key.${provider}`;
		let key = await this.secrets.get(kept);
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
			await this.secrets.store(kept, key);
		}
		return format === 'anthropic' ? { 'x-api-key': key, 'anthropic-version': '2023-06-01' } : { Authorization: `Bearer ${key}` };
	}
}

function textOf(message: vscode.LanguageModelChatRequestMessage): string {
	return message.content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('');
}

/** Why there is no answer, in the words of whoever refused. */
async function refusal(response: Response): Promise<string> {
	const text = await response.text();
	try {
		const { error } = JSON.parse(text) as { error?: { message?: string } | string };
		const message = typeof error === 'string' ? error : error?.message;
		if (message !== undefined) {
			return message;
		}
	} catch {
		// its status has to do
	}
	return `the request was refused with ${response.status}`;
}

/** Hands on what an answer says, line by line as it comes. */
async function relay(body: ReadableStream<Uint8Array>, format: ChatFormat, say: (text: string) => void): Promise<void> {
	const decoder = new TextDecoder();
	let rest = '';
	for await (const chunk of body) {
		rest += decoder.decode(chunk, { stream: true });
		const lines = rest.split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const text = deltaOf(format, line);
			if (text !== '') {
				say(text);
			}
		}
	}
}

export function registerModels(server: Server, context: vscode.ExtensionContext): vscode.Disposable {
	const models = new Models(server, context.secrets);
	return vscode.Disposable.from(
		vscode.lm.registerLanguageModelChatProvider('scrubjay', models),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration('scrubjay.models')) {
				models.refresh();
			}
		}),
		vscode.commands.registerCommand('scrubjay.forgetKeys', async () => {
			for (const { provider } of vscode.workspace.getConfiguration('scrubjay').get<Entry[]>('models', [])) {
				await context.secrets.delete(`scrubjay.key.${provider}`);
			}
		}),
	);
}
